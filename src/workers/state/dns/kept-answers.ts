// Answers that were given before, by question, with the bytes of their replies: the way of a repeated question is to find the
// answer, copy the encoded reply, put in ID, flags and spelling. Whoever keeps one knows whether it still holds.

import { AnswerCache, type Weighed } from './answer-cache.js';
import type { CurrencyCheck, Resolved } from './lookup/lookup-context.js';
import { type Answer, isNameless, weightOf } from './message/answer.js';
import type { Transport } from './message/compose.js';
import { lowerCased } from './message/labels.js';
import { HEADER_LENGTH } from './message/protocol.js';
import type { Query } from './message/query.js';
import { repeatFlags } from './message/writer.js';
import type { Encoded, Replies } from './replies.js';

export interface Kept extends Weighed {
  readonly answer: Answer;
  readonly isCurrent: CurrencyCheck;
  /** Index up to which `answer` is known to hold. */
  checkedAt: number;
  /** Its reply has no name but the question's: then another spelling is put in where the question stands. */
  readonly isNameless: boolean;
  /** For a name in lower case, by what was asked with. */
  readonly encoded: Map<number, Encoded>;
}

/** Encoded forms per question: without EDNS over both transports, and a few sizes of EDNS. */
const MAX_ENCODED = 8;
/** About what a record of the store takes that only a kept answer still has. */
const RECORD_WEIGHT = 128;

/** The name in lower case, and the type: resolvers ask in ever new spellings (0x20), which `compose` puts in. */
export function keyOf({ packet, questionEnd }: Query): string {
  return packet.toString('latin1', HEADER_LENGTH, questionEnd - 2);
}

export class KeptAnswers {
  readonly #replies: Replies;
  readonly #cache = new AnswerCache<Kept>();

  constructor(replies: Replies) {
    this.#replies = replies;
  }

  get size(): number {
    return this.#cache.size;
  }

  /** About. */
  get bytes(): number {
    return this.#cache.bytes;
  }

  get(key: string): Kept | undefined {
    return this.#cache.get(key);
  }

  keep(key: string, { answer, isCurrent, records = 0 }: Resolved, checkedAt: number): Kept {
    const weight = weightOf(answer) + 2 * key.length + RECORD_WEIGHT * records;
    const kept = { answer, isCurrent, isNameless: isNameless(answer), checkedAt, encoded: new Map(), weight };
    this.#cache.set(key, kept);
    return kept;
  }

  clear(): void {
    this.#cache.clear();
  }

  /** To somebody who asks it now. */
  reply(kept: Kept, query: Query, transport: Transport): Buffer {
    const { edns } = query;
    const isShuffled = kept.answer.items.length > 1 && !kept.answer.isOrdered;
    const isRespelled = query.hasUpperCase && !(kept.isNameless && !this.#replies.settings.config.disableCompression);
    if (isShuffled || isRespelled || (edns !== null && edns.subnet !== null)) {
      return this.#replies.compose(query, kept.answer, transport).bytes;
    }
    const form = (transport === 'tcp' ? 0x20000 : 0) + (edns === null ? 0x10000 : edns.udpSize);
    let encoded = kept.encoded.get(form);
    if (encoded === undefined) {
      encoded = this.#replies.compose(lowerCased(query), kept.answer, transport);
      if (kept.encoded.size >= MAX_ENCODED) this.#forgetEncoded(kept);
      kept.encoded.set(form, encoded);
      this.#cache.grow(kept, encoded.bytes.length);
      if (!query.hasUpperCase) return encoded.bytes;
    }
    return this.#copy(encoded, query);
  }

  #forgetEncoded(kept: Kept): void {
    let bytes = 0;
    for (const encoded of kept.encoded.values()) bytes += encoded.bytes.length;
    kept.encoded.clear();
    this.#cache.grow(kept, -bytes);
  }

  /** A kept reply with this question's ID, flags, class and spelling. */
  #copy(encoded: Encoded, query: Query): Buffer {
    const { packet, questionEnd } = query;
    const out = Buffer.allocUnsafe(encoded.bytes.length);
    out.set(encoded.bytes);
    if (query.hasUpperCase) packet.copy(out, HEADER_LENGTH, HEADER_LENGTH, questionEnd - 4);
    out[0] = packet[0] ?? 0;
    out[1] = packet[1] ?? 0;
    repeatFlags(out, packet);
    out[questionEnd - 2] = packet[questionEnd - 2] ?? 0;
    out[questionEnd - 1] = packet[questionEnd - 1] ?? 0;
    if (encoded.serialOffset !== -1) out.writeUInt32BE(this.#replies.serial(), encoded.serialOffset);
    return out;
  }
}
