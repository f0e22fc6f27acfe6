// Sending a hostile call, and what is wrong with its answer.

import http from 'node:http';
import { EncodeError, type EncodeErrorCode } from '../../../src/msgpack/errors.js';
import type { AgentProcess } from '../../agent-process.js';
import type { Call } from './calls.js';

export const ANSWER_MS = 60_000;
/** How long a call that waits for a change is watched. */
const WAITING_MS = 250;
const STATUSES = new Set([200, 301, 307, 400, 401, 403, 404, 405, 409, 413, 415, 429, 431, 500, 503]);
/** What a border has to refuse before the encoder has to; only how much it all comes to is the encoder's to judge. */
const TO_BE_REFUSED_BEFORE = (
  ['too-deep', 'not-an-integer', 'integer-overflow', 'not-encodable'] satisfies EncodeErrorCode[]
).map((code) => new EncodeError(code).message);

export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Null: it waits. */
export function send(agent: AgentProcess, connections: http.Agent, call: Omit<Call, 'name'>): Promise<Answer | null> {
  return new Promise((resolve, reject) => {
    const request = http.request({
      ...{ host: '127.0.0.1', port: agent.ports.http, agent: connections },
      ...{ method: call.method, path: call.target },
      headers: { ...call.headers, ...(call.body === null ? {} : { 'Content-Length': call.body.length }) },
    });
    let waits = false;
    const timer = setTimeout(
      () => {
        waits = call.mayWait;
        request.destroy(new Error(`no answer within ${ANSWER_MS} ms`));
      },
      call.mayWait ? WAITING_MS : ANSWER_MS,
    );
    const finish = (settle: () => void): void => {
      clearTimeout(timer);
      settle();
    };
    request.on('error', (error) => finish(() => (waits ? resolve(null) : reject(error))));
    request.on('response', (response) => {
      let text = '';
      response.setEncoding('latin1');
      response.on('data', (chunk: string) => {
        if (text.length < 1000) text += chunk;
      });
      response.on('error', (error) => finish(() => (waits ? resolve(null) : reject(error))));
      response.on('end', () => finish(() => resolve({ status: response.statusCode ?? 0, text })));
    });
    request.end(call.body ?? undefined);
  });
}

/** How often each status was the answer. */
export class Answers {
  readonly counts = new Map<number, number>();

  /** Why the call was answered badly; null when it wasn't. */
  async problemOf(agent: AgentProcess, connections: http.Agent, call: Call): Promise<string | null> {
    try {
      const answer = await send(agent, connections, call);
      if (answer === null) return null;
      const { status, text } = answer;
      this.counts.set(status, (this.counts.get(status) ?? 0) + 1);
      if (!STATUSES.has(status)) return `status ${status}: ${text}`;
      if (text.startsWith('Internal Server Error')) return text;
      return TO_BE_REFUSED_BEFORE.some((refusal) => text.includes(refusal)) ? text : null;
    } catch (error) {
      return String(error);
    }
  }
}
