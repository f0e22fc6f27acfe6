// One packet in, one reply out, at once: no sockets and no waiting, so both listeners and the tests share it. The way of a
// repeated question is short: read, find the kept answer, copy the encoded reply, put in ID, flags and spelling.

import type { DnsConfig } from '../../../wire/config.js';
import type { LocalReads } from '../calls/local-reads.js';
import { type Answer, isNameless, weightOf } from './answer.js';
import { AnswerCache, type Weighed } from './answer-cache.js';
import type { Transport } from './compose.js';
import { lowerCased, questionLabels } from './labels.js';
import { lookup } from './lookup.js';
import type { CurrencyCheck, Resolved } from './lookup-context.js';
import { type LookupReads, localLookups } from './lookup-reads.js';
import { HEADER_LENGTH } from './protocol.js';
import { type Query, readPacket } from './query.js';
import { type Encoded, NOT_OURS, Replies, type ReplySettings, SERVFAIL } from './replies.js';
import type { Response } from './response.js';
import { headerReply, repeatFlags } from './writer.js';
import { placeOf } from './zone.js';

interface Kept extends Weighed {
  readonly answer: Answer;
  readonly isCurrent: CurrencyCheck;
  /** Index up to which `answer` is known to hold. */
  checkedAt: number;
  /** Its reply has no name but the question's: then another spelling is put in where the question stands. */
  readonly isNameless: boolean;
  /** For a name in lower case, by what was asked with. */
  readonly encoded: Map<number, Encoded>;
}

export interface ResponderOptions extends ReplySettings {
  readonly local: LocalReads;
}

/** Encoded forms per question: without EDNS over both transports, and a few sizes of EDNS. */
const MAX_ENCODED = 8;
/** About what a record of the store takes that only a kept answer still has. */
const RECORD_WEIGHT = 128;

export class Responder {
  readonly #options: ResponderOptions;
  readonly #replies: Replies;
  readonly #reads: LookupReads;
  readonly #cache = new AnswerCache<Kept>();
  #generation = 0;

  constructor(options: ResponderOptions) {
    this.#options = options;
    this.#replies = new Replies(options);
    this.#reads = localLookups(options.local);
  }

  /** Takes new settings; nothing that was looked up under the old ones is kept. */
  reload(config: DnsConfig): void {
    this.#replies.reload(config);
    this.#cache.clear();
  }

  /** What is kept of questions that were asked, and about how many bytes it takes. */
  get kept(): { readonly questions: number; readonly bytes: number } {
    return { questions: this.#cache.size, bytes: this.#cache.bytes };
  }

  /** The reply to a packet; null when it gets none. `packet` isn't kept. */
  respond(packet: Buffer, transport: Transport): Response | null {
    const query = readPacket(packet);
    if (query.kind === 'ignore') return null;
    if (query.kind === 'refusal') return { bytes: headerReply(packet, query.rcode), zone: 'none', type: 0 };
    const place = placeOf(query, this.#replies.settings.zones).kind;
    const zone = place === 'zone' ? 'domain' : place;
    const { local } = this.#options;
    if (zone === 'elsewhere') {
      return { bytes: this.#replies.compose(query, NOT_OURS, transport).bytes, zone, type: query.type };
    }
    if (!local.isReady) {
      return { bytes: this.#replies.compose(query, SERVFAIL, transport).bytes, zone, type: query.type };
    }
    return { bytes: this.#reply(local, query, transport), zone, type: query.type };
  }

  #reply(local: LocalReads, query: Query, transport: Transport): Buffer {
    const kept = this.#keptAnswer(local, query);
    const { edns } = query;
    const isShuffled = kept.answer.items.length > 1;
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

  #keptAnswer(local: LocalReads, query: Query): Kept {
    // The key is the name in lower case, and the type: resolvers ask in ever new spellings (0x20), which `compose` puts in.
    const asked = lowerCased(query);
    const key = asked.packet.toString('latin1', HEADER_LENGTH, asked.questionEnd - 2);
    const { appliedIndex, generation } = local;
    if (generation !== this.#generation) {
      this.#generation = generation;
      this.#cache.clear();
    }
    const known = this.#cache.get(key);
    if (known !== undefined) {
      if (known.checkedAt === appliedIndex || known.isCurrent()) {
        known.checkedAt = appliedIndex;
        return known;
      }
    }
    const resolved: Resolved = lookup({ ...this.#replies.settings, reads: this.#reads }, asked, questionLabels(asked));
    const weight = weightOf(resolved.answer) + 2 * key.length + RECORD_WEIGHT * (resolved.records ?? 0);
    const { isCurrent } = resolved;
    const kept: Kept = {
      answer: resolved.answer,
      isCurrent,
      isNameless: isNameless(resolved.answer),
      checkedAt: appliedIndex,
      encoded: new Map(),
      weight,
    };
    this.#cache.set(key, kept);
    return kept;
  }
}
