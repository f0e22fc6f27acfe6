// A request to somebody else's server who vouches for those that log in: with a deadline, a limit to its answer, and no
// redirect, since a redirected one would go where nobody has said that it may.

import type { IncomingMessage, RequestOptions } from 'node:http';
import http from 'node:http';
import https from 'node:https';

const DEADLINE_MS = 5_000;
const MAX_ANSWER_BYTES = 512 * 1024;

/** Why there is no answer, as the client is told. */
export class RequestFailure extends Error {}

export interface LimitedRequest {
  readonly url: string;
  /** PEM; "": those that Node trusts. */
  readonly ca: string;
  readonly method: 'GET' | 'POST';
  readonly headers: { readonly [name: string]: string };
  /** Of a POST. */
  readonly body: string;
}

export interface LimitedAnswer {
  readonly status: number;
  readonly text: string;
}

/** Rejects with {@link RequestFailure}. */
export function limitedRequest({ url, ca, method, headers, body }: LimitedRequest): Promise<LimitedAnswer> {
  return new Promise((resolve, reject) => {
    const fail = (problem: string) => reject(new RequestFailure(`${method} ${url}: ${problem}`));
    const options: RequestOptions & https.RequestOptions = {
      method,
      headers: { Accept: 'application/json', ...headers },
      signal: AbortSignal.timeout(DEADLINE_MS),
      agent: false,
      ...(ca === '' ? {} : { ca }),
    };
    const receive = (answer: IncomingMessage) => {
      const pieces: Buffer[] = [];
      let bytes = 0;
      answer.on('data', (piece: Buffer) => {
        bytes += piece.length;
        if (bytes <= MAX_ANSWER_BYTES) pieces.push(piece);
        else answer.destroy(new Error(`the answer has more than ${MAX_ANSWER_BYTES} bytes`));
      });
      answer.on('error', (error) => fail(problemOf(error)));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(pieces).toString() }));
    };
    const target = new URL(url);
    const request = target.protocol === 'https:' ? https.request(target, options) : http.request(target, options);
    request.on('response', receive);
    request.on('error', (error) => fail(problemOf(error)));
    request.end(body);
  });
}

function problemOf(error: Error): string {
  return error.name === 'AbortError' ? `no answer within ${DEADLINE_MS / 1000} seconds` : error.message;
}
