// What an operation answers, by status: what its row declares, and what any row of its kind may answer.

import type { Endpoint } from '../endpoint.js';
import type { Operation, OtherAnswer } from '../operation.js';
import type { Components, Schema } from './schemas.js';

export const STRING: Schema = { schema: { type: 'string' } };
const TEXT: Schema = { 'text/plain': STRING };

function errorObject(description: string): Schema {
  return { description, content: TEXT };
}

/** Answers of the framework and of every server, by their names among the components. */
export const COMMON_RESPONSES = {
  notClean: { description: 'The path holds `//`, `.` or `..`: Location has the one that is meant.' },
  badRequest: errorObject('A parameter, a header, the path or the body is wrong.'),
  forbidden: errorObject('The token doesn’t allow it, or the configuration of the agent forbids it.'),
  uiOff: errorObject('The UI is turned off.'),
  tooLong: errorObject('The body is longer than it may be.'),
  limited: errorObject('There are too many requests; another server may have room.'),
  failed: errorObject(
    'It didn’t come to pass. As in Consul this tells of arguments, too, where a server is the one that looks at them: ' +
      'a filter, a datacenter, a name that must be there.',
  ),
  busy: errorObject('There are too many requests that only the leader can answer.'),
} as const satisfies { readonly [name: string]: Schema };

type Common = keyof typeof COMMON_RESPONSES;

function commonOf({ rest, answeredBy, headers = 'api' }: Endpoint, operation: Operation): { [status: number]: Common } {
  if (headers === 'debug') return {};
  if (headers === 'page') return { 404: 'uiOff' };
  const takesWhole = operation.kind === 'action' && operation.body !== undefined && 'limit' in operation.body;
  return {
    ...(rest === undefined ? {} : { 307: 'notClean' }),
    400: 'badRequest',
    403: 'forbidden',
    ...(takesWhole ? { 413: 'tooLong' } : {}),
    ...(answeredBy === 'servers' ? { 429: 'limited', 503: 'busy' } : {}),
    500: 'failed',
  };
}

function contentOf(answer: OtherAnswer, alsoAs: Operation['alsoAs'], components: Components): Schema {
  switch (answer) {
    case 'nothing':
      return {};
    case 'error':
    case 'plain text':
    case 'lines':
      return { content: TEXT };
    case 'archive':
      return { content: { 'application/x-gzip': {} } };
    case 'profile':
      return { content: { 'application/octet-stream': {} } };
    case 'html':
      return { content: { 'text/html': { schema: { type: 'string' } } } };
    default: {
      const json = { 'application/json': { schema: components.ofShape(answer) } };
      return { content: alsoAs === undefined ? json : { ...json, [alsoAs]: STRING } };
    }
  }
}

const ABOUT: { readonly [status: number]: string } = {
  200: 'Done.',
  401: 'This is turned off.',
  404: 'There is no such thing.',
  409: 'Refused as a whole.',
};

export function responsesOf(endpoint: Endpoint, operation: Operation, components: Components): Schema {
  const { answer, alsoAs, others = {} } = operation;
  const responses: { [status: string]: Schema } = {};
  for (const [status, name] of Object.entries(commonOf(endpoint, operation))) {
    responses[status] = { $ref: `#/components/responses/${name}` };
  }
  const own: [string, OtherAnswer][] = [['200', answer], ...Object.entries(others)];
  for (const [status, what] of own) {
    const description = ABOUT[Number(status)] ?? 'The answer; the status is part of it.';
    responses[status] = { description, ...contentOf(what, alsoAs, components) };
  }
  return responses;
}
