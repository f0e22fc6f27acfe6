// Answers of a client agent, which asks a server for each question: it keeps nothing, so that nothing it says is older than the
// question.

import type { DnsConfig } from '../../../wire/config.js';
import type { Calls } from '../calls/calls.js';
import type { Answer } from './answer.js';
import type { Transport } from './compose.js';
import { lowerCased, questionLabels } from './labels.js';
import { lookup } from './lookup.js';
import { type Query, readPacket } from './query.js';
import { CatalogCalls, QuestionReads } from './remote-reads.js';
import { NOT_OURS, Replies, type ReplySettings, SERVFAIL } from './replies.js';
import type { Responds, Response } from './response.js';
import { headerReply } from './writer.js';
import { placeOf } from './zone.js';

/** Questions that wait for a server; further ones are refused. */
const MOST_WAITING = 4096;

export interface RemoteResponderOptions extends ReplySettings {
  readonly calls: Calls;
}

export class RemoteResponder implements Responds {
  readonly #replies: Replies;
  readonly #catalog: CatalogCalls;
  #waiting = 0;

  constructor(options: RemoteResponderOptions) {
    this.#replies = new Replies(options);
    this.#catalog = new CatalogCalls(options.calls, options.datacenter);
  }

  reload(config: DnsConfig): void {
    this.#replies.reload(config);
  }

  respond(packet: Buffer, transport: Transport): Response | null | Promise<Response | null> {
    const query = readPacket(packet);
    if (query.kind === 'ignore') return null;
    if (query.kind === 'refusal') return { bytes: headerReply(packet, query.rcode), zone: 'none', type: 0 };
    const { type } = query;
    const place = placeOf(query, this.#replies.settings.zones).kind;
    const zone: Response['zone'] = place === 'zone' ? 'domain' : place;
    if (zone === 'elsewhere') return { bytes: this.#replies.compose(query, NOT_OURS, transport).bytes, zone, type };
    if (this.#waiting >= MOST_WAITING) {
      return { bytes: this.#replies.compose(query, SERVFAIL, transport).bytes, zone, type };
    }
    const reads = new QuestionReads(this.#catalog);
    const asked = lowerCased(query);
    const labels = questionLabels(asked);
    const answer = this.#lookUp(asked, labels, reads);
    const { pending } = reads;
    if (pending === null) return { bytes: this.#replies.compose(query, answer, transport).bytes, zone, type };
    this.#waiting += 1;
    return pending
      .then((): Response => {
        const found = this.#lookUp(asked, labels, reads);
        return { bytes: this.#replies.compose(query, found, transport).bytes, zone, type };
      })
      .finally(() => {
        this.#waiting -= 1;
      });
  }

  #lookUp(asked: Query, labels: readonly string[], reads: QuestionReads): Answer {
    return lookup({ ...this.#replies.settings, reads }, asked, labels).answer;
  }
}
