// One API request from its route to its answer: what a handler sees of it, and how its reply becomes bytes (indentation,
// gzip, common headers; spec/http.md, section 2).

import { performance } from 'node:perf_hooks';
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { indentJson, JsonIndenter } from '../../../gotext/json-indent.js';
import { surprise } from '../../../observe/surprise.js';
import { type Authorizer, allowAll } from '../acl/access.js';
import type { Caller } from '../methods/contract/token-resolver.js';
import type { AbortListener, Exchange, ResponseStream } from './engine/engine.js';
import { type HttpPolicy, headerLine } from './http-policy.js';
import { collectBody } from './message/body.js';
import { type BodyPieces, bodyPieces } from './message/body-stream.js';
import { acceptsGzip, GZIP_LEVEL } from './message/gzip.js';
import { JsonPieces } from './message/json-pieces.js';
import { type NextPiece, piecewise, piecewisePacked } from './message/piecewise-body.js';
import { isReply, type Reply, type StreamBody, text } from './message/reply.js';
import type { BodyOutcome, HttpMethod, IncomingCall, QueryParameters, ReadOptions } from './message/request.js';
import { EMPTY_QUERY } from './parameters/query.js';
import { DEFAULT_READ, parseReadOptions } from './parameters/read-options.js';
import type { Route } from './router.js';

const gzip = promisify(zlib.gzip);
const MIN_GZIP_BYTES = 1400;
const JSON_TYPE = 'application/json';

/** Go's clients send the secret alone; of more words the first counts. */
const BEARER = /^bearer +([^ ]*)/i;

export class ApiCall implements IncomingCall, AbortListener, Caller {
  readonly method: HttpMethod;
  readonly path: string;
  readonly rest: string;
  readonly query: QueryParameters;
  readonly route: Route;
  readonly policy: HttpPolicy;
  options: ReadOptions = DEFAULT_READ;
  authorizer: Authorizer = allowAll;
  readonly #exchange: Exchange;
  readonly #startedMs = performance.now();
  #answered = false;
  #aborts: (() => void)[] | null = null;
  #waiter: AbortListener | null = null;
  #body: Promise<BodyOutcome> | null = null;
  #gzip: boolean | null = null;
  #token: string | null = null;

  constructor(
    exchange: Exchange,
    policy: HttpPolicy,
    route: Route,
    method: HttpMethod,
    path: string,
    query: QueryParameters,
  ) {
    this.#exchange = exchange;
    this.policy = policy;
    this.route = route;
    this.method = method;
    this.path = path;
    this.rest = route.restOf(path);
    this.query = query;
  }

  get asker(): Caller {
    return { token: this.token };
  }

  /** Looked for when somebody asks for it: a read doesn't while ACLs are off. */
  get token(): string {
    this.#token ??= this.#givenToken() || this.policy.tokens.default;
    return this.#token;
  }

  #givenToken(): string {
    const token = this.query.first('token') || this.header('x-consul-token');
    if (token) return token;
    const authorization = this.header('authorization');
    return authorization === undefined ? '' : (BEARER.exec(authorization)?.[1] ?? '');
  }

  get datacenter(): string {
    return this.query.first('datacenter') || this.query.first('dc') || this.policy.datacenter;
  }

  get remoteAddress(): string {
    return this.#exchange.remoteAddress;
  }

  /** Addresses in an answer of a datacenter are to be those of the WAN. */
  translates(of: string): boolean {
    const { translates, datacenter } = this.policy;
    return translates && of.toLowerCase() !== datacenter.toLowerCase();
  }

  get namesDatacenter(): boolean {
    return this.query.first('datacenter') !== '' || this.query.first('dc') !== '';
  }

  header(lowerName: string): string | undefined {
    return this.#exchange.header(lowerName);
  }

  judgeOptions(discovery: boolean): Reply | null {
    const { reads } = this.policy;
    if (this.query === EMPTY_QUERY && !(discovery && reads.discoveryMaxStaleMs > 0)) return null;
    const options = parseReadOptions(this, reads, discovery);
    if (isReply(options)) return options;
    this.options = options;
    return null;
  }

  body(limit: number | null, setting?: string): Promise<BodyOutcome> {
    this.#body ??=
      limit === null
        ? collectBody(this.#exchange, this.policy.maxBodyBytes, 'http_max_request_body_size')
        : collectBody(this.#exchange, limit, setting);
    return this.#body;
  }

  bodyPieces(): BodyPieces {
    return bodyPieces(this.#exchange);
  }

  onAbort(callback: () => void): void {
    this.#aborts ??= [];
    this.#aborts.push(callback);
    this.#exchange.onAbort(this);
  }

  /** The one that waits for this call's data; replaces the one before. */
  set waiter(waiter: AbortListener) {
    this.#waiter = waiter;
    this.#exchange.onAbort(this);
  }

  /** A query that waits keeps no headers; what the answer depends on is looked up before. */
  forgetHead(): void {
    this.#gzip = this.#acceptsGzip();
    this.#token ??= this.token;
    this.#exchange.forgetHead();
  }

  /** Sends the answer, once; `readHeaders` are finished lines. */
  finish(reply: Reply, readHeaders = ''): void {
    if (this.#answered) return;
    this.#answered = true;
    try {
      this.#send(reply, readHeaders);
    } catch (error) {
      // There is no answer yet: the caller reports the error and gives another one.
      this.#answered = false;
      throw error;
    }
  }

  #send(reply: Reply, readHeaders: string): void {
    this.route.series(this.method).add(performance.now() - this.#startedMs);
    const set = this.route.endpoint.headers ?? 'api';
    let headers = this.policy.headers(set, reply.contentType) + readHeaders;
    for (const [name, value] of reply.headers) headers += headerLine(name, value);
    let body = reply.body;
    if (body instanceof JsonPieces) {
      this.#sendPieces(reply.status, headers, this.#shown(body));
      return;
    }
    if (isStream(body)) {
      this.#stream(reply.status, headers, body);
      return;
    }
    if (reply.contentType === JSON_TYPE && body.length > 0 && (this.policy.indents || this.query !== EMPTY_QUERY)) {
      body = this.#indented(body);
    }
    if (body.length >= MIN_GZIP_BYTES && reply.contentType !== null && (this.#gzip ?? this.#acceptsGzip())) {
      this.#compress(reply.status, headers, body);
      return;
    }
    this.#exchange.reply(reply.status, headers, body);
  }

  /** The answer of a handler that threw: a bug, reported by the caller. */
  fail(): void {
    this.finish(text(500, 'Internal Server Error'));
  }

  #acceptsGzip(): boolean {
    return acceptsGzip(this.#exchange.header('accept-encoding'));
  }

  #shown(pieces: JsonPieces): NextPiece {
    const pretty = this.query.has('pretty');
    if (!pretty && !this.policy.indents) return () => pieces.next();
    const indenter = new JsonIndenter();
    let end = pretty ? '\n' : null;
    return () => {
      const piece = pieces.next();
      if (piece !== null) return indenter.next(piece);
      const last = end;
      end = null;
      return last;
    };
  }

  #sendPieces(status: number, headers: string, next: NextPiece): void {
    if (this.#gzip ?? this.#acceptsGzip()) {
      this.#stream(status, `${headers}Content-Encoding: gzip\r\n`, piecewisePacked(next));
    } else this.#stream(status, headers, piecewise(next));
  }

  #indented(body: string | Uint8Array): string | Uint8Array {
    const pretty = this.query.has('pretty');
    if (!pretty && !this.policy.indents) return body;
    const indented = indentJson(typeof body === 'string' ? body : Buffer.from(body).toString());
    return pretty ? `${indented}\n` : indented;
  }

  #compress(status: number, headers: string, body: string | Uint8Array): void {
    gzip(body, { level: GZIP_LEVEL }).then(
      (packed) => this.#exchange.reply(status, `${headers}Content-Encoding: gzip\r\n`, packed),
      () => this.#exchange.reply(status, headers, body),
    );
  }

  #stream(status: number, headers: string, body: StreamBody): void {
    let stop: (() => void) | null = null;
    let gone = false;
    const stream: ResponseStream = this.#exchange.stream(status, headers, () => {
      gone = true;
      stop?.();
    });
    try {
      stop = body.start(
        (chunk) => !gone && stream.write(chunk),
        () => {
          if (!gone) stream.end();
          gone = true;
        },
        (error) => {
          surprise(error);
          if (!gone) this.#exchange.drop();
          gone = true;
        },
      );
    } catch (error) {
      // The head is on its way: only an early end can still tell that there is no answer.
      this.#exchange.drop();
      throw error;
    }
    if (gone) stop();
  }

  /** From the engine: the client hung up. */
  aborted(): void {
    if (this.#answered) return;
    this.#answered = true;
    this.#waiter?.aborted();
    for (const callback of this.#aborts ?? []) callback();
  }
}

function isStream(body: Reply['body']): body is StreamBody {
  return typeof body === 'object' && 'start' in body;
}
