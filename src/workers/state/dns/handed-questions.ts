// Questions that a reader hands to its server's primary thread, until they are answered there.

import type { DnsReply, FromReader } from '../../../wire/readers/reader-port.js';
import type { Response } from './response.js';

/** Further ones are dropped, as the network would drop them. */
const MOST_WAITING = 4096;

export class HandedQuestions {
  readonly #post: (message: FromReader) => void;
  readonly #waiting = new Map<number, (response: Response | null) => void>();
  #nextId = 1;

  constructor(post: (message: FromReader) => void) {
    this.#post = post;
  }

  ask(packet: Buffer, asker: string): Promise<Response | null> {
    if (this.#waiting.size >= MOST_WAITING) return Promise.resolve(null);
    const id = this.#nextId++;
    this.#post({ kind: 'dns', id, packet: new Uint8Array(packet), asker });
    return new Promise((resolve) => this.#waiting.set(id, resolve));
  }

  answered(id: number, reply: DnsReply | null): void {
    const resolve = this.#waiting.get(id);
    this.#waiting.delete(id);
    resolve?.(reply === null ? null : { ...reply, bytes: Buffer.from(reply.bytes) });
  }
}
