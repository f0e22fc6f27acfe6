// Tokens that a reader has no copy of, asked about by way of its server's primary thread: that one asks the primary datacenter.

import type { LinkedToken } from '../../../wire/acl/linked-token.js';
import type { FromReader, ToReader } from '../../../wire/readers/reader-port.js';
import { isRefusal, type Refusal, refusal } from '../methods/contract/refusal.js';

type Judged = Extract<ToReader, { kind: 'judged' }>;

export class HandedSecrets {
  readonly #post: (message: FromReader) => void;
  readonly #waiting = new Map<number, (answer: LinkedToken | Refusal) => void>();
  #nextId = 1;

  constructor(post: (message: FromReader) => void) {
    this.#post = post;
  }

  /** How many may wait is up to who asks. */
  ask(secret: string): Promise<LinkedToken | Refusal> {
    const id = this.#nextId++;
    this.#post({ kind: 'judge', id, secret });
    return new Promise((resolve) => this.#waiting.set(id, resolve));
  }

  answered({ id, linked, isWord, problem }: Judged): void {
    const resolve = this.#waiting.get(id);
    this.#waiting.delete(id);
    resolve?.(linked ?? refusal(isWord ? 'denied' : 'unreachable', problem));
  }
}

/** What the primary thread tells of an answer. */
export function judgedMessage(id: number, answer: LinkedToken | Refusal): Judged {
  if (isRefusal(answer)) {
    return { kind: 'judged', id, linked: null, isWord: answer.refused === 'denied', problem: answer.text };
  }
  return { kind: 'judged', id, linked: bare(answer), isWord: true, problem: '' };
}

/** Without bytes, which are views of a whole message and would be copied with it; nobody asks for them to judge a token. */
function bare({ token, roles, policies }: LinkedToken): LinkedToken {
  return {
    token: { ...token, Hash: null, CreateTime: null, ExpirationTime: null },
    roles: roles.map((role) => ({ ...role, Hash: null })),
    policies: policies.map((policy) => ({ ...policy, Hash: null })),
  };
}
