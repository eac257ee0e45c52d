/** The identity policies of a compiled template, evaluated as IAM evaluates them. */
import { runSimulation } from '@cloud-copilot/iam-simulate';
import { ACCOUNT } from './aws-calls.ts';
import type { Access } from './aws-calls.ts';
import { statementsOf } from './package.ts';
import type { Statement, Template } from './package.ts';
import { RECORDER } from './recorder-resources.ts';

/** A statement without CloudFormation's functions. */
export interface RoleStatement {
  /** Logical id of the role that it is for. */
  readonly role: string;
  /** Logical id of the resource that contains it. */
  readonly owner: string;
  readonly statement: Statement;
}

/** Every statement, as it would be once deployed in this region of the emulator's account. */
export function resolvedStatements(template: Template, region: string): readonly RoleStatement[] {
  return statementsOf(template).flatMap(({ owner, statement }) => {
    const resolved = resolve(statement, variablesIn(region)) as Statement;
    return rolesOf(template, owner).map((role) => ({ role, owner, statement: resolved }));
  });
}

/** Managed policies, each with the logical id of its role. */
export function managedPolicies({ Resources }: Template, region: string): readonly string[] {
  return Object.entries(Resources).flatMap(([owner, { Properties = {} }]) =>
    ((Properties.ManagedPolicyArns ?? []) as readonly unknown[]).map(
      (arn) => `${owner}: ${String(resolve(arn, variablesIn(region)))}`,
    ),
  );
}

/** The role itself, or the roles that a policy refers to. */
function rolesOf({ Resources }: Template, owner: string): readonly string[] {
  const { Type, Properties } = Resources[owner] ?? {};
  if (Type === 'AWS::IAM::Role') return [owner];
  const roles = ((Properties?.Roles ?? []) as readonly { readonly Ref?: string }[]).map(({ Ref }) => Ref);
  if (roles.length === 0 || roles.includes(undefined)) throw new Error(`${owner} names no roles of the template`);
  return roles as readonly string[];
}

/** One statement for each action and resource of this statement. */
export function singlePermissions(statement: Statement): readonly Statement[] {
  const resources = [statement.Resource].flat();
  return [statement.Action]
    .flat()
    .flatMap((Action) => resources.map((Resource) => ({ ...statement, Action, Resource })));
}

/**
 * Whether these statements alone allow the access. The account of a resource is assumed to allow everything, so that
 * only the permissions of the role count.
 *
 * @throws Error when AWS has no such action, or no such resource for it.
 */
export async function isAllowed(statements: readonly Statement[], access: Access): Promise<boolean> {
  const { action, resource, context = {} } = access;
  const outcome = await runSimulation(
    {
      request: {
        principal: `arn:aws:iam::${ACCOUNT}:role/healthgate`,
        action,
        resource: { resource, accountId: ACCOUNT },
        contextVariables: { ...context },
      },
      identityPolicies: [{ name: 'role', policy: { Version: '2012-10-17', Statement: statements } }],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      ...(action.startsWith('kms:') && { resourcePolicy: KEY_POLICY }),
    },
    {},
  );
  if (outcome.resultType === 'error')
    throw new Error(`${action} on ${resource}: ${outcome.errors.message} ${JSON.stringify(outcome.errors)}`);
  return outcome.overallResult === 'Allowed';
}

/** Leaves the decision to the account's own policies, as the policy of every new key does. */
const KEY_POLICY = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: 'kms:*', Resource: '*' }],
};

type Variables = (name: string) => string;

function variablesIn(region: string): Variables {
  const values: Readonly<Record<string, string>> = {
    'AWS::AccountId': ACCOUNT,
    'AWS::Partition': 'aws',
    'AWS::Region': region,
    'AWS::URLSuffix': 'amazonaws.com',
    // CloudFormation chooses the bucket's name when it is deployed.
    'CanaryBucket.Arn': 'arn:aws:s3:::canary-bucket',
    // As well as those of the table and the queues.
    'HistoryTable.Arn': `arn:aws:dynamodb:${region}:${ACCOUNT}:table/${RECORDER.table}`,
    'RecordQueue.Arn': `arn:aws:sqs:${region}:${ACCOUNT}:${RECORDER.recordQueue}`,
    'NoticeQueue.Arn': `arn:aws:sqs:${region}:${ACCOUNT}:${RECORDER.noticeQueue}`,
    ...Object.fromEntries(
      ['plan', 'record', 'notify'].map((name) => [
        `${name.charAt(0).toUpperCase()}${name.slice(1)}LogGroup.Arn`,
        `arn:aws:logs:${region}:${ACCOUNT}:log-group:/aws/lambda/healthgate-prod-${name}:*`,
      ]),
    ),
  };
  return (name) => {
    const value = values[name];
    if (value === undefined) throw new Error(`no value for ${name} in ${import.meta.filename}`);
    return value;
  };
}

/** Replaces the CloudFormation functions that the policies use with their values. */
function resolve(value: unknown, variable: Variables): unknown {
  if (Array.isArray(value)) return value.map((item) => resolve(item, variable));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [name = '', argument] = entries[0] ?? [];
  if (name === 'Fn::Sub') return String(argument).replace(/\$\{([^}]+)\}/g, (_all, name: string) => variable(name));
  if (name === 'Fn::GetAtt') return variable((argument as string[]).join('.'));
  if (name === 'Ref') return variable(String(argument));
  if (name === 'Fn::Join') {
    const [separator, parts] = argument as [string, readonly unknown[]];
    return parts.map((part) => resolve(part, variable)).join(separator);
  }
  if (name.startsWith('Fn::')) throw new Error(`no rule for ${name} in ${import.meta.filename}`);
  return Object.fromEntries(entries.map(([key, item]) => [key, resolve(item, variable)]));
}
