// One packet in, one reply out, at once: no sockets and no waiting, so both listeners and the tests share it.

import type { DnsConfig } from '../../../wire/config.js';
import type { LocalReads } from '../calls/local-reads.js';
import { type Kept, KeptAnswers, keyOf } from './kept-answers.js';
import { lookup } from './lookup/lookup.js';
import type { Resolved } from './lookup/lookup-context.js';
import { type LookupReads, localLookups } from './lookup/lookup-reads.js';
import { placeOf } from './lookup/zone.js';
import type { Transport } from './message/compose.js';
import { lowerCased, questionLabels } from './message/labels.js';
import { type Query, readPacket } from './message/query.js';
import { headerReply } from './message/writer.js';
import { NOT_OURS, Replies, type ReplySettings, SERVFAIL } from './replies.js';
import type { Response } from './response.js';

export interface ResponderOptions extends ReplySettings {
  readonly local: LocalReads;
}

export class Responder {
  readonly #options: ResponderOptions;
  readonly #replies: Replies;
  readonly #reads: LookupReads;
  readonly #kept: KeptAnswers;
  #generation = 0;

  constructor(options: ResponderOptions) {
    this.#options = options;
    this.#replies = new Replies(options);
    this.#reads = localLookups(options.local, {
      node: options.nodeName,
      datacenter: options.datacenter,
      segment: '',
    });
    this.#kept = new KeptAnswers(this.#replies);
  }

  /** Takes new settings; nothing that was looked up under the old ones is kept. */
  reload(config: DnsConfig): void {
    this.#replies.reload(config);
    this.#kept.clear();
  }

  /** What is kept of questions that were asked, and about how many bytes it takes. */
  get kept(): { readonly questions: number; readonly bytes: number } {
    return { questions: this.#kept.size, bytes: this.#kept.bytes };
  }

  /** The reply to a packet; null when it gets none. `packet` isn't kept. */
  respond(packet: Buffer, transport: Transport, asker = ''): Response | null {
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
    const known = this.#answer(local, query, asker);
    const { type } = query;
    if ('encoded' in known) return { bytes: this.#kept.reply(known, query, transport), zone, type };
    const { bytes } = this.#replies.compose(query, known.answer, transport);
    return known.isBeyond === true ? { bytes, zone, type, isBeyond: true } : { bytes, zone, type };
  }

  /** What is another datacenter's isn't kept: it may be known by the next time. Nor is what is for one asker. */
  #answer(local: LocalReads, query: Query, asker: string): Kept | Resolved {
    const asked = lowerCased(query);
    const key = keyOf(asked);
    const { appliedIndex, generation } = local;
    if (generation !== this.#generation) {
      this.#generation = generation;
      this.#kept.clear();
    }
    const known = this.#kept.get(key);
    if (known !== undefined) {
      if (known.checkedAt === appliedIndex || known.isCurrent()) {
        known.checkedAt = appliedIndex;
        return known;
      }
    }
    const context = { reads: this.#reads, asker, ...this.#replies.settings };
    const resolved = lookup(context, asked, questionLabels(asked));
    if (resolved.isBeyond === true || resolved.isPersonal === true) return resolved;
    return this.#kept.keep(key, resolved, appliedIndex);
  }
}
