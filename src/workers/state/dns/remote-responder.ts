// Answers of a client agent, which asks a server for each question, unless its cache has what is asked for: what it says is no
// older than the question, or than `dns_config` allows.

import type { DnsConfig } from '../../../wire/config.js';
import type { Calls } from '../calls/calls.js';
import type { KeptReads } from '../calls/kept-reads.js';
import { KeptAnswers, keyOf } from './kept-answers.js';
import { lookup } from './lookup/lookup.js';
import type { Resolved } from './lookup/lookup-context.js';
import { CatalogCalls, type DnsTokens, QuestionReads } from './lookup/remote-reads.js';
import { placeOf } from './lookup/zone.js';
import type { Transport } from './message/compose.js';
import { lowerCased, questionLabels } from './message/labels.js';
import { type Query, readPacket } from './message/query.js';
import { headerReply } from './message/writer.js';
import { NOT_OURS, Replies, type ReplySettings } from './replies.js';
import type { Responds, Response } from './response.js';

/** Questions that wait for a server; further ones that would are refused. */
const MOST_WAITING = 4096;

export interface RemoteResponderOptions extends ReplySettings {
  readonly calls: Calls;
  /** null: there is no cache beside the catalog. */
  readonly kept: KeptReads | null;
  /** An answer was given that is older than a few seconds. */
  readonly staleQuery: () => void;
  readonly tokens: DnsTokens;
}

export class RemoteResponder implements Responds {
  readonly #replies: Replies;
  readonly #catalog: CatalogCalls;
  readonly #kept: KeptAnswers;
  readonly #tokens: DnsTokens;
  /** Whose answers are kept. */
  #token = '';
  #waiting = 0;

  constructor(options: RemoteResponderOptions) {
    const { calls, kept, datacenter, nodeName, staleQuery, tokens } = options;
    this.#tokens = tokens;
    this.#replies = new Replies(options);
    const config = () => this.#replies.settings.config;
    this.#catalog = new CatalogCalls({ calls, kept, datacenter, nodeName, config, tokens, stale: staleQuery });
    this.#kept = new KeptAnswers(this.#replies);
  }

  /** Takes new settings; nothing that was looked up under the old ones is kept. */
  reload(config: DnsConfig): void {
    this.#replies.reload(config);
    this.#kept.clear();
  }

  respond(packet: Buffer, transport: Transport, asker = ''): Response | null | Promise<Response | null> {
    const query = readPacket(packet);
    if (query.kind === 'ignore') return null;
    if (query.kind === 'refusal') return { bytes: headerReply(packet, query.rcode), zone: 'none', type: 0 };
    const { type } = query;
    const place = placeOf(query, this.#replies.settings.zones).kind;
    const zone: Response['zone'] = place === 'zone' ? 'domain' : place;
    if (zone === 'elsewhere') return { bytes: this.#replies.compose(query, NOT_OURS, transport).bytes, zone, type };
    const asked = lowerCased(query);
    const key = keyOf(asked);
    this.#forgetOthers();
    const known = this.#kept.get(key);
    if (known?.isCurrent()) return { bytes: this.#kept.reply(known, query, transport), zone, type };
    const labels = questionLabels(asked);
    const reads = new QuestionReads(this.#catalog, this.#waiting < MOST_WAITING);
    const atOnce = this.#lookUp(asked, labels, reads, asker);
    const { pending } = reads;
    if (pending === null) return { bytes: this.#reply(key, atOnce, query, transport), zone, type };
    this.#waiting += 1;
    const token = this.#token;
    return pending
      .then((): Response => {
        const found = this.#lookUp(asked, labels, reads, asker);
        if (this.#tokens.dns !== token)
          return { bytes: this.#replies.compose(query, found.answer, transport).bytes, zone, type };
        return { bytes: this.#reply(key, found, query, transport), zone, type };
      })
      .finally(() => {
        this.#waiting -= 1;
      });
  }

  /** What was kept for the holder of another token isn't this one's to see. */
  #forgetOthers(): void {
    const { dns } = this.#tokens;
    if (dns === this.#token) return;
    this.#token = dns;
    this.#kept.clear();
  }

  #lookUp(asked: Query, labels: readonly string[], reads: QuestionReads, asker: string): Resolved {
    return lookup({ reads, asker, ...this.#replies.settings }, asked, labels);
  }

  /** What holds only for this question isn't kept. */
  #reply(key: string, resolved: Resolved, query: Query, transport: Transport): Buffer {
    if (!resolved.isCurrent()) return this.#replies.compose(query, resolved.answer, transport).bytes;
    return this.#kept.reply(this.#kept.keep(key, resolved, 0), query, transport);
  }
}
