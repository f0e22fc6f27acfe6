// docs/openapi.json, written from the endpoint table: every operation with its parameters, body, answer and rules.

import type { Answer, Operation } from '../../src/workers/state/http/operation.js';
import type { Parameter, Parameters } from '../../src/workers/state/http/parameters.js';
import { commonParameters, endpointTable, type TableEntry } from '../endpoint-table.js';
import { Components, parameterSchema, type Schema } from './schemas.js';

/** The API that is spoken (docs/spec/http.md). */
const API_VERSION = '1.21.4';
/** OpenAPI has other words for what these headers ask. */
const SAID_OTHERWISE = new Set(['authorization', 'accept', 'x-consul-token']);

const INTRODUCTION =
  'The HTTP API of a lictor agent. Parameters that are not listed are ignored. Errors are plain text. Written from the ' +
  'endpoint table by test/unit/endpoints/table/openapi.test.ts; run that test with UPDATE_DOCS=1 to write this file again.';

const SECURITY_SCHEMES = {
  token: { type: 'apiKey', in: 'header', name: 'X-Consul-Token' },
  bearer: { type: 'http', scheme: 'bearer' },
};

const ERROR = { description: 'What went wrong.', content: { 'text/plain': { schema: { type: 'string' } } } };

function parameterObject(name: string, { in: place, about, isRequired, type }: Parameter<unknown>): Schema {
  const needed = isRequired ? { required: true } : {};
  return { name, in: place, description: about, ...needed, schema: parameterSchema(type) };
}

function shown(parameters: Parameters): [string, Parameter<unknown>][] {
  return Object.entries(parameters).filter(([name]) => !SAID_OTHERWISE.has(name));
}

function parametersOf(entry: TableEntry, common: Map<string, Schema>): readonly Schema[] {
  const { endpoint, operation } = entry;
  const { rest } = endpoint;
  const own: Parameters = operation.parameters.declared as Parameters;
  const path =
    rest === undefined
      ? []
      : [{ name: rest.name, in: 'path', required: true, description: rest.about, schema: { type: 'string' } }];
  const shared = shown(commonParameters(entry))
    .filter(([name]) => !(name in own))
    .map(([name, parameter]) => {
      common.set(name, parameterObject(name, parameter));
      return { $ref: `#/components/parameters/${name}` };
    });
  return [...path, ...shown(own).map(([name, parameter]) => parameterObject(name, parameter)), ...shared];
}

function contentOf(answer: Answer, components: Components): Schema {
  switch (answer) {
    case 'nothing':
      return {};
    case 'plain text':
    case 'lines':
      return { content: { 'text/plain': { schema: { type: 'string' } } } };
    case 'bytes':
      return { content: { 'application/octet-stream': {} } };
    case 'html':
      return { content: { 'text/html': { schema: { type: 'string' } } } };
    default:
      return { content: { 'application/json': { schema: components.ofShape(answer) } } };
  }
}

function bodyOf(operation: Operation, components: Components): Schema {
  if (operation.kind === 'read' || operation.body === undefined) return {};
  const { kind } = operation.body;
  const content =
    kind === null ? { 'application/octet-stream': {} } : { 'application/json': { schema: components.ofKind(kind) } };
  return { requestBody: { content } };
}

/** `PUT /v1/agent/service/register` is putAgentServiceRegister. */
function operationId({ method, endpoint }: TableEntry): string {
  const words = endpoint.path.split(/[^A-Za-z0-9]+/).filter((word) => word !== '' && word !== 'v1');
  // One of a list has the list's path.
  if (endpoint.path === '/v1/connect/intentions/') words.push('one');
  return method.toLowerCase() + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}

function operationObject(entry: TableEntry, components: Components, common: Map<string, Schema>): Schema {
  const { operation, endpoint } = entry;
  const parameters = parametersOf(entry, common);
  return {
    operationId: operationId(entry),
    summary: operation.summary,
    tags: [endpoint.path.split('/').filter((part) => part !== '' && part !== 'v1')[0]],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...bodyOf(operation, components),
    responses: {
      200: { description: 'Done.', ...contentOf(operation.answer, components) },
      default: { $ref: '#/components/responses/error' },
    },
    'x-acl': operation.acl,
  };
}

export function openApiDocument(): Schema {
  const components = new Components();
  const common = new Map<string, Schema>();
  const paths: { [path: string]: { [method: string]: Schema } } = {};
  for (const entry of endpointTable()) {
    const { path, rest } = entry.endpoint;
    const template = rest === undefined ? path : `${path}{${rest.name}}`;
    const item = paths[template] ?? {};
    item[entry.method.toLowerCase()] = operationObject(entry, components, common);
    paths[template] = item;
  }
  const byName = <T>(map: ReadonlyMap<string, T>) => Object.fromEntries([...map].sort(([a], [b]) => (a < b ? -1 : 1)));
  return {
    openapi: '3.1.0',
    info: { title: 'lictor', version: API_VERSION, description: INTRODUCTION, license: { name: 'Apache-2.0' } },
    servers: [{ url: 'http://127.0.0.1:8500' }],
    security: [{}, { token: [] }, { bearer: [] }],
    paths: byName(new Map(Object.entries(paths))),
    components: {
      schemas: byName(components.schemas),
      parameters: byName(common),
      responses: { error: ERROR },
      securitySchemes: SECURITY_SCHEMES,
    },
  };
}
