/** The endpoint as an OpenAPI 3.1 document, made from the registries of routes and formats. */
import packageJson from '../../../package.json' with { type: 'json' };
import { health } from '../routes/health.ts';
import { publicNamespace } from '../routes/public-namespace.ts';
import { publicPaths } from '../routes/public-paths.ts';
import type { Route } from '../routes/route.ts';
import { aliveAnswers, answersOf, withoutBodies } from './answers.ts';
import type { Answers, availableFormats, Part } from './answers.ts';
import { parameters } from './parameters.ts';

interface Settings {
  /** The URL of the endpoint, without a slash at the end. */
  readonly url?: string;
  /** The namespace's `failing_status`. */
  readonly failingStatus?: number;
}

/** The formats that the document describes, loaded. */
type Shown = Awaited<ReturnType<typeof availableFormats>>;

/** https://spec.openapis.org/oas/v3.1.1.html */
export function openApiDocument(shown: Shown, { url = '/', failingStatus = 503 }: Settings = {}): Part {
  const answersIn = (format?: string) =>
    answersOf(format === undefined ? shown : shown.filter(({ name }) => name === format), failingStatus);
  const names = shown.map(({ name }) => name);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Healthgate',
      version: packageJson.version,
      summary: packageJson.description,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url }],
    paths: Object.assign({}, ...describedRoutes.map(({ paths }) => paths(answersIn))) as Part,
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'An access token. `JWT` works in place of `Bearer`.' },
      },
      parameters: { ...parameters, format: { ...parameters.format, schema: { enum: names } } },
      schemas,
    },
  };
}

/** The answers in a format; in any, unless one is given. */
type AnswersIn = (format?: string) => Answers;

interface DescribedRoute {
  readonly route: Route;
  readonly paths: (answersIn: AnswersIn) => Readonly<Record<string, Part>>;
}

/** One line for each route. */
export const describedRoutes: readonly DescribedRoute[] = [
  { route: health, paths: healthPaths },
  { route: publicNamespace, paths: pathsOfPublicNamespace },
];

function healthPaths(answersIn: AnswersIn): Readonly<Record<string, Part>> {
  const answers = answersIn();
  const all = 'The report of a namespace';
  const token = ref('access_token');
  return {
    '/api/health/': {
      ...operations('report', all, answers, { parameters: ASKED, security: [{ bearer: [] }] }),
    },
    '/api/health/{access_token}/': {
      ...operations('reportByToken', `${all}, with the token in the path`, answers, {
        parameters: [token, ...ASKED],
        security: [],
      }),
    },
    '/api/health/{access_token}/{part}/': {
      ...operations('partByToken', 'The report of a part of a namespace, which runs that part alone', answers, {
        parameters: [token, ref('part'), ...ASKED],
        security: [],
      }),
    },
  };
}

/** Where the deployment names no public namespace, they answer as if they did not exist. */
function pathsOfPublicNamespace(answersIn: AnswersIn): Readonly<Record<string, Part>> {
  const paths = publicPaths.map(({ path, format, id, summary, parameters: names = [] }) => {
    const answers = format === undefined ? aliveAnswers() : answersIn(format);
    const asked = { parameters: names.map(ref), security: [] };
    return [path, operations(id, `${summary}, if the deployment names a public namespace`, answers, asked)] as const;
  });
  return Object.fromEntries(paths);
}

const ref = (name: string): Part => ({ $ref: `#/components/parameters/${name}` });
const ASKED = ['format', 'within', 'history', 'of', 'status', 'fresh'].map(ref);

function operations(id: string, summary: string, answers: Answers, more: Part): Part {
  return {
    get: { operationId: id, summary, ...more, responses: answers },
    head: {
      operationId: `${id}Head`,
      summary: `${summary}, without the body`,
      ...more,
      responses: withoutBodies(answers),
    },
  };
}

const schemas = {
  Tree: {
    description: "The namespace's checks, with each check replaced by its result.",
    anyOf: [
      { $ref: '#/components/schemas/Check' },
      { type: 'object', additionalProperties: { $ref: '#/components/schemas/Tree' } },
    ],
  },
  Check: {
    type: 'object',
    additionalProperties: false,
    required: ['status', 'response_time'],
    properties: {
      status: { type: 'string', description: '`working`, or `<Error>: <message>`.', examples: ['working'] },
      response_time: {
        type: 'string',
        pattern: '^\\d+\\.\\d{3}$',
        description: 'Seconds, with three decimals.',
        examples: ['0.012'],
      },
    },
  },
  Detail: {
    type: 'object',
    additionalProperties: false,
    required: ['detail'],
    properties: { detail: { type: 'string' } },
  },
};
