/**
 * The parameters that set environment variables: `env` for those that documents may read, each as `NAME`, or as
 * `NAME=value` to set it, and `variables` for all others, each as `NAME=value`.
 */
import { assigned, assignmentOf } from './assignments.ts';
import type { Assignment } from './assignments.ts';

/** https://docs.aws.amazon.com/lambda/latest/api/API_Environment.html */
const NAME = /^[A-Za-z]\w+$/;

/** Variables that other parameters set. */
const OF_PARAMETERS = /^(?:HEALTHGATE|VAULT|BAO)_/;
/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime */
const OF_LAMBDA = /^(?:LAMBDA_|AWS_LAMBDA_|AWS_(?:DEFAULT_)?REGION$|AWS_EXECUTION_ENV$)/;
/** Variables that change the function itself. A document may read some of them, but `env` sets none. */
const OF_FUNCTION = /^(?:AWS|LAMBDA|NODE|OTEL)_/;

/** Credentials of the function itself, which no document may read. */
const CREDENTIALS = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'VAULT_TOKEN', 'BAO_TOKEN'];

/** A reference that CloudFormation replaces during a deployment, so that the value is in no template. */
export const isDynamic = (value: string) => /^\{\{resolve:[^{}]+\}\}$/.test(value);

/** The environment variables that `env` stands for: `HEALTHGATE_ENV`, and those that have a value. */
export function variablesOf(items: readonly string[]): Readonly<Record<string, string>> {
  if (items.length === 0) return {};
  return { HEALTHGATE_ENV: items.map((item) => assignmentOf(item).name).join(','), ...assigned(items) };
}

/** Each mistake in `env` in one sentence. No message repeats a value, which may be a secret. */
export function mistakesInEnv(items: readonly string[]): string[] {
  return mistakesIn('env', 'NAME or NAME=value', items, ({ name, value }) => {
    if (value === undefined) return undefined;
    if (OF_PARAMETERS.test(name) || OF_FUNCTION.test(name))
      return `expected no value for ${name}, which Lambda, Healthgate or the parameter variables sets`;
    return undefined;
  });
}

/** Each mistake in `variables` in one sentence, without a value. */
export function mistakesInVariables(items: readonly string[], env: readonly string[]): string[] {
  const inEnv = assigned(env);
  return mistakesIn('variables', 'NAME=value', items, ({ name, value }) => {
    if (value === undefined) return `expected NAME=value, got no = after ${JSON.stringify(name)}`;
    if (OF_PARAMETERS.test(name)) return `expected no value for ${name}, which another parameter sets`;
    if (OF_LAMBDA.test(name)) return `expected no value for ${name}, which Lambda sets`;
    return Object.hasOwn(inEnv, name) ? `expected each variable only once, got ${name}, which env sets` : undefined;
  });
}

/** @param ownMistake What is wrong with an item beyond what both parameters refuse. */
function mistakesIn(
  parameter: string,
  form: string,
  items: readonly string[],
  ownMistake: (assignment: Assignment) => string | undefined,
): string[] {
  const seen = new Set<string>();
  return items.flatMap((item) => {
    const assignment = assignmentOf(item);
    const { name, value } = assignment;
    const isTwice = seen.has(name);
    seen.add(name);
    const found = isTwice
      ? `expected each variable only once, got ${name} twice`
      : (mistakeInName(assignment, form) ?? ownMistake(assignment) ?? mistakeInValue(name, value));
    return found === undefined ? [] : [`${parameter}: ${found}`];
  });
}

function mistakeInName({ name, value }: Assignment, form: string): string | undefined {
  if (!NAME.test(name)) {
    const given = value === undefined ? JSON.stringify(name) : `${JSON.stringify(name)} before the =`;
    return `expected ${form}, with letters, digits and underscores in the name, got ${given}`;
  }
  return CREDENTIALS.includes(name) ? `expected no credentials of the function itself, got ${name}` : undefined;
}

function mistakeInValue(name: string, value: string | undefined): string | undefined {
  if (value === '') return `expected a value after ${name}=, got nothing`;
  if (value?.startsWith('{{') === true && !isDynamic(value))
    return `expected a whole reference such as {{resolve:secretsmanager:<name>}} after ${name}=`;
  return undefined;
}
