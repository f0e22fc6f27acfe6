// The OpenAPI document of the endpoint table: every operation with its parameters, body, answers and rules.

import type { Endpoint, EndpointTable } from '../endpoint.js';
import type { Operation } from '../operation.js';
import type { Parameter, Parameters } from '../parameters/parameters.js';
import { frameworkParameters } from './framework-parameters.js';
import { COMMON_RESPONSES, responsesOf, STRING } from './responses.js';
import { Components, parameterSchema, type Schema } from './schemas.js';

/** The API that is spoken (docs/spec/http.md). */
const API_VERSION = '1.21.4';
/** OpenAPI has other words for what these headers ask. */
const SAID_OTHERWISE = new Set(['authorization', 'accept', 'x-consul-token']);

const INTRODUCTION =
  'The HTTP API of a lictor agent, written from its endpoint table. Parameters that are not listed are ignored. ' +
  'Errors are plain text.';

const SECURITY_SCHEMES = {
  token: { type: 'apiKey', in: 'header', name: 'X-Consul-Token' },
  bearer: { type: 'http', scheme: 'bearer' },
};

function parameterObject(name: string, { in: place, about, isRequired, type }: Parameter<unknown>): Schema {
  const needed = isRequired ? { required: true } : {};
  return { name, in: place, description: about, ...needed, schema: parameterSchema(type) };
}

function shown(parameters: Parameters): [string, Parameter<unknown>][] {
  return Object.entries(parameters).filter(([name]) => !SAID_OTHERWISE.has(name));
}

function parametersOf(endpoint: Endpoint, operation: Operation, common: Map<string, Schema>): readonly Schema[] {
  const { rest } = endpoint;
  const own: Parameters = operation.parameters.declared as Parameters;
  const path =
    rest === undefined
      ? []
      : [{ name: rest.name, in: 'path', required: true, description: rest.about, schema: { type: 'string' } }];
  const shared = shown(frameworkParameters(endpoint, operation))
    .filter(([name]) => !(name in own))
    .map(([name, parameter]) => {
      common.set(name, parameterObject(name, parameter));
      return { $ref: `#/components/parameters/${name}` };
    });
  return [...path, ...shown(own).map(([name, parameter]) => parameterObject(name, parameter)), ...shared];
}

function bodyOf(operation: Operation, components: Components): Schema {
  if (operation.kind === 'read' || operation.body === undefined) return {};
  const { body } = operation;
  if (body.kind === null) return { requestBody: { content: { 'application/octet-stream': {} } } };
  const json = { 'application/json': { schema: components.ofKind(body.kind) } };
  const isAlso = 'alsoAs' in body && body.alsoAs !== undefined;
  return { requestBody: { content: isAlso ? { ...json, [body.alsoAs]: STRING } : json } };
}

/** `PUT /v1/agent/service/register` is putAgentServiceRegister; what a row and one below it both answer has `By` and of what. */
function operationId(method: string, { path, rest }: Endpoint, exact: ReadonlySet<string>): string {
  const of = rest !== undefined && exact.has(path.slice(0, -1)) ? ['by', rest.name] : [];
  const words = [...path.split(/[^A-Za-z0-9]+/).filter((word) => word !== '' && word !== 'v1'), ...of];
  return method.toLowerCase() + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}

function operationObject(
  method: string,
  endpoint: Endpoint,
  operation: Operation,
  components: Components,
  common: Map<string, Schema>,
  exact: ReadonlySet<string>,
): Schema {
  const parameters = parametersOf(endpoint, operation, common);
  return {
    operationId: operationId(method, endpoint, exact),
    summary: operation.summary,
    tags: [endpoint.path.split('/').filter((part) => part !== '' && part !== 'v1')[0]],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...bodyOf(operation, components),
    responses: responsesOf(endpoint, operation, components),
    'x-acl': operation.acl,
  };
}

export function pathTemplate({ path, rest }: Endpoint): string {
  const place = path.includes('*') ? path : `${path}*`;
  return rest === undefined ? path : place.replace('*', `{${rest.name}}`);
}

/** A row in each step. */
export function* openApiDocument(table: EndpointTable): Generator<undefined, Schema> {
  const components = new Components();
  const common = new Map<string, Schema>();
  const paths: { [path: string]: { [method: string]: Schema } } = {};
  const exact = new Set(table.map(({ path }) => path));
  for (const endpoint of table) {
    const template = pathTemplate(endpoint);
    const item = paths[template] ?? {};
    for (const [method, operation] of Object.entries(endpoint.methods)) {
      item[method.toLowerCase()] = operationObject(method, endpoint, operation, components, common, exact);
    }
    paths[template] = item;
    yield;
  }
  const byName = <T>(map: ReadonlyMap<string, T>) => Object.fromEntries([...map].sort(([a], [b]) => (a < b ? -1 : 1)));
  return {
    openapi: '3.1.0',
    info: { title: 'lictor', version: API_VERSION, description: INTRODUCTION, license: { name: 'Apache-2.0' } },
    servers: [{ url: '/' }],
    security: [{}, { token: [] }, { bearer: [] }],
    paths: byName(new Map(Object.entries(paths))),
    components: {
      schemas: byName(components.schemas),
      parameters: byName(common),
      responses: COMMON_RESPONSES,
      securitySchemes: SECURITY_SCHEMES,
    },
  };
}
