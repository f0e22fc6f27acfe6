// Clients that always wait for the next answer to one question, as `?index=` has them, and what they and the store have seen.

import assert from 'node:assert/strict';
import { ask } from '../../../../../src/workers/state/calls/asked-read.js';
import type { Calls } from '../../../../../src/workers/state/calls/calls.js';
import type { ReadMethod } from '../../../../../src/workers/state/methods/contract/method.js';
import { isRefusal } from '../../../../../src/workers/state/methods/contract/refusal.js';

const WAIT_MS = 600_000;

/** A question by its method and request. */
export interface Question {
  readonly name: string;
  readonly method: ReadMethod<unknown, unknown>;
  readonly request: unknown;
}

export function question<Request, Value>(name: string, method: ReadMethod<Request, Value>, request: Request): Question {
  return { name, method: method as ReadMethod<unknown, unknown>, request };
}

/** As it can be compared, lists of all kinds included. */
export function shown(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => (part instanceof Map ? [...part] : part));
}

export class Watcher {
  readonly name: string;
  /** Answers so far, and how often the store was read for them: once a question, and once a wake-up. */
  answers = 0;
  reads = 0;
  index = 0;
  value = '';
  readonly #question: Question;
  readonly #calls: Calls;
  readonly #ending = new AbortController();

  constructor(calls: Calls, asked: Question) {
    this.name = asked.name;
    this.#calls = calls;
    this.#question = { ...asked, method: this.#counted(asked.method) };
  }

  #counted(method: ReadMethod<unknown, unknown>): ReadMethod<unknown, unknown> {
    return {
      name: method.name,
      prepare: (store, request, authorizer) => {
        const prepared = method.prepare(store, request, authorizer);
        if (isRefusal(prepared)) return prepared;
        const { missing, narrow, narrowInSteps } = prepared;
        return {
          read: () => {
            this.reads += 1;
            return prepared.read();
          },
          watch: (result) => prepared.watch(result),
          ...(missing && { missing: missing.bind(prepared) }),
          ...(narrow && { narrow: narrow.bind(prepared) }),
          ...(narrowInSteps && { narrowInSteps: narrowInSteps.bind(prepared) }),
        };
      },
    };
  }

  /** Asks on and on. Rejects when a question is refused. */
  async run(): Promise<void> {
    const { method, request } = this.#question;
    const { signal } = this.#ending;
    while (!signal.aborted) {
      const settings = { consistency: 'default', minIndex: this.index, waitMs: WAIT_MS, maxStaleMs: 0 } as const;
      const answer = await ask(this.#calls, method, request, settings, 'dc1', { token: '' }, signal);
      if (signal.aborted) return;
      assert.ok(!isRefusal(answer), `${this.name}: ${JSON.stringify(answer)}`);
      this.answers += 1;
      this.index = answer.index;
      this.value = shown(answer.value);
    }
  }

  end(): void {
    this.#ending.abort();
  }
}
