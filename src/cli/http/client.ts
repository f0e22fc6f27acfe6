// Requests to the agent. An answer other than 200 is an error with the text Consul's own client library gives it, unless the
// caller wants to see a 404 itself.

import http, { type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import type { Readable } from 'node:stream';
import { decodeJson, type Kind } from '../../gotext/json-decode.js';
import type { Options } from '../command/command.js';
import { dialError } from './dial-error.js';
import type { Endpoint } from './endpoint.js';
import { endpointUrl, findEndpoint } from './endpoint.js';

export type Answer =
  | {
      readonly ok: true;
      readonly status: number;
      readonly body: Buffer;
      /** X-Consul-Index as it came; "" where there was none. */
      readonly index: string;
    }
  | { readonly ok: false; readonly error: string };
export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: string };
export type Query = readonly (readonly [name: string, value: string | null])[];
export type Stream =
  | { readonly ok: true; readonly response: IncomingMessage }
  | { readonly ok: false; readonly error: string };

type Body = Buffer | string | Readable | null;

/** An answer larger than this isn't one of an agent. */
const MAX_BODY_BYTES = 1024 * 1024 * 1024;

export type Connected = { readonly ok: true; readonly client: Client } | { readonly ok: false; readonly error: string };

/** A client for the agent that flags and environment name. */
export function connect(options: Options): Connected {
  const found = findEndpoint(options);
  return found.ok ? { ok: true, client: new Client(found.endpoint) } : found;
}

/** Datacenter and consistency, as the common flags say. */
export function serverQuery(options: Options): Query {
  return [
    ...(options.text('datacenter') === '' ? [] : [['dc', options.text('datacenter')] as const]),
    ...(options.isOn('stale') ? [['stale', ''] as const] : []),
  ];
}

/** An answer whose body is JSON. */
export function parsed<T>(answer: Answer): Parsed<T> {
  if (!answer.ok) return answer;
  try {
    return { ok: true, value: JSON.parse(answer.body.toString('utf8')) as T };
  } catch (error) {
    return { ok: false, error: (error as Error).message };
  }
}

/**
 * An answer whose body is JSON of this kind: another one is refused in Go's words, and what it doesn't say has the kind's zero
 * value.
 */
export function decoded<T>(answer: Answer, kind: Kind<T>): Parsed<T> {
  return answer.ok ? decodeJson(answer.body.toString('utf8'), kind, { unknownFields: 'ignore' }) : answer;
}

export class Client {
  readonly #endpoint: Endpoint;

  constructor(endpoint: Endpoint) {
    this.#endpoint = endpoint;
  }

  get(path: string, query: Query = [], passes404 = false): Promise<Answer> {
    return this.#exchange('GET', path, query, null, passes404);
  }

  put(path: string, query: Query = [], body: Buffer | string = ''): Promise<Answer> {
    return this.#exchange('PUT', path, query, body, false);
  }

  post(path: string, query: Query, body: string): Promise<Answer> {
    return this.#exchange('POST', path, query, body, false);
  }

  /** PUT of as many bytes as come; they are closed when they are sent, or not wanted. */
  putStream(path: string, query: Query, body: Readable): Promise<Answer> {
    return this.#exchange('PUT', path, query, body, false);
  }

  delete(path: string, query: Query = [], body: string | null = null): Promise<Answer> {
    return this.#exchange('DELETE', path, query, body, false);
  }

  /** GET with a parsed JSON answer. */
  async json<T>(path: string, query: Query = []): Promise<Parsed<T>> {
    return parsed<T>(await this.get(path, query));
  }

  /** GET with a JSON answer of this kind. */
  async decoded<T>(path: string, query: Query, kind: Kind<T>): Promise<Parsed<T>> {
    return decoded(await this.get(path, query), kind);
  }

  /** GET whose body goes on for as long as it likes. */
  async stream(path: string, query: Query): Promise<Stream> {
    const sent = await this.#send('GET', path, query, null);
    if (!sent.ok || sent.response.statusCode === 200) return sent;
    const answer = await answerOf(sent.response, false);
    return answer.ok ? sent : answer;
  }

  /** PUT whose answer comes while the body goes, whatever its status. */
  putForStream(path: string, query: Query, body: Readable, contentType: string): Promise<Stream> {
    return this.#send('PUT', path, query, body, contentType);
  }

  async #exchange(method: string, path: string, query: Query, body: Body, passes404: boolean): Promise<Answer> {
    const sent = await this.#send(method, path, query, body);
    return sent.ok ? answerOf(sent.response, passes404) : sent;
  }

  async #send(
    method: string,
    path: string,
    query: Query,
    body: Body,
    contentType: string | null = null,
  ): Promise<Stream> {
    const endpoint = this.#endpoint;
    const { namespace, partition } = endpoint;
    const target = `${endpoint.pathPrefix}${path}${queryText([...query, ...given('ns', namespace), ...given('partition', partition)])}`;
    const options = requestOptions(endpoint, method, target);
    const outgoing = endpoint.protocol === 'https' ? await secureRequest(endpoint, options) : http.request(options);
    return new Promise((resolve) => {
      outgoing.once('response', (response) => resolve({ ok: true, response }));
      outgoing.on('error', (error) => {
        const word = method[0] + method.slice(1).toLowerCase();
        resolve({ ok: false, error: `${word} "${endpointUrl(endpoint)}${target}": ${dialError(error, endpoint)}` });
      });
      if (contentType !== null) outgoing.setHeader('Content-Type', contentType);
      sendBody(outgoing, body);
    });
  }
}

/** The modules for it are loaded by the few commands that want it. */
async function secureRequest({ tls }: Endpoint, options: RequestOptions): Promise<ClientRequest> {
  const { request } = await import('node:https');
  const { trustedRoots } = await import('./trusted-roots.js');
  const ca = tls.ca.length > 0 ? tls.ca : trustedRoots();
  return request({
    ...options,
    rejectUnauthorized: tls.verify,
    ...(ca === null ? {} : { ca: [...ca] }),
    ...(tls.cert === '' ? {} : { cert: tls.cert }),
    ...(tls.key === '' ? {} : { key: tls.key }),
    ...(tls.serverName === '' ? {} : { servername: tls.serverName }),
  });
}

function sendBody(outgoing: ClientRequest, body: Body): void {
  if (body === null) {
    outgoing.end();
  } else if (typeof body === 'string' || Buffer.isBuffer(body)) {
    outgoing.setHeader('Content-Length', Buffer.byteLength(body));
    outgoing.end(body);
  } else {
    // What goes wrong on the way is the request's error; an answer may come before the end.
    body.once('error', (error) => outgoing.destroy(error));
    outgoing.once('close', () => body.destroy());
    body.pipe(outgoing);
  }
}

function requestOptions(endpoint: Endpoint, method: string, path: string): RequestOptions {
  const { token, basicAuth, socketPath, host, port } = endpoint;
  return {
    method,
    path,
    ...(socketPath === '' ? { host, port } : { socketPath }),
    // One request per process: nothing to keep open.
    agent: false,
    headers: { 'User-Agent': 'lictor', ...(token === '' ? {} : { 'X-Consul-Token': token }) },
    ...(basicAuth === '' ? {} : { auth: basicAuth }),
  };
}

function given(name: string, value: string): Query {
  return value === '' ? [] : [[name, value]];
}

function queryText(query: Query): string {
  if (query.length === 0) return '';
  const sorted = [...query].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `?${sorted.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value ?? '')}`).join('&')}`;
}

/** An answer in a stream that turned out to be none. */
export async function answerOf(response: IncomingMessage, passes404: boolean): Promise<Answer> {
  const status = response.statusCode ?? 0;
  try {
    const body = await collect(response);
    if (status === 200 || (status === 404 && passes404)) {
      return { ok: true, status, body, index: String(response.headers['x-consul-index'] ?? '') };
    }
    return { ok: false, error: unexpected(status, body) };
  } catch {
    return { ok: false, error: 'unexpected EOF' };
  }
}

async function collect(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new Error('answer too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function unexpected(status: number, body: Buffer): string {
  return `Unexpected response code: ${status} (${body.toString('utf8').trim()})`;
}
