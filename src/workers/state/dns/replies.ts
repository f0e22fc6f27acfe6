// Replies as bytes, under the settings as they are now: what every responder shares.

import type { DnsConfig } from '../../../wire/config.js';
import type { LookupContext } from './lookup/lookup-context.js';
import { ServiceTtl } from './lookup/service-ttl.js';
import { zoneSettings } from './lookup/zone.js';
import { type Answer, answer } from './message/answer.js';
import { composeReply, type ReplyOptions, type Transport } from './message/compose.js';
import { Rcode } from './message/protocol.js';
import type { Query } from './message/query.js';
import { MessageWriter } from './message/writer.js';

export const SERVFAIL = answer({ rcode: Rcode.SERVFAIL, authoritative: false });
export const NOT_OURS = answer({ rcode: Rcode.REFUSED, authoritative: false });

/** A reply that is the same for everybody but for ID, flags, class and time. */
export interface Encoded {
  readonly bytes: Buffer;
  readonly serialOffset: number;
}

export interface ReplySettings {
  readonly config: DnsConfig;
  readonly datacenter: string;
  readonly nodeName: string;
  readonly random: () => number;
  readonly nowMs: () => number;
}

type Settings = Omit<LookupContext, 'reads' | 'asker'>;

export class Replies {
  readonly #options: ReplySettings;
  readonly #writer = new MessageWriter();
  #settings: Settings;

  constructor(options: ReplySettings) {
    this.#options = options;
    this.#settings = settingsOf(options.config, options.datacenter);
  }

  get settings(): Settings {
    return this.#settings;
  }

  reload(config: DnsConfig): void {
    this.#settings = settingsOf(config, this.#options.datacenter);
  }

  serial(): number {
    return Math.floor(this.#options.nowMs() / 1000) >>> 0;
  }

  compose(query: Query, of: Answer, transport: Transport): Encoded {
    const { config } = this.#settings;
    const options: ReplyOptions = {
      transport,
      compress: !config.disableCompression,
      enableTruncate: config.enableTruncate,
      udpAnswerLimit: config.udpAnswerLimit,
      recursionAvailable: config.recursors.length > 0,
      random: this.#options.random,
      serial: this.serial(),
    };
    const length = composeReply(this.#writer, query, of, options);
    return { bytes: this.#writer.take(length), serialOffset: this.#writer.serialOffset };
  }
}

function settingsOf(config: DnsConfig, datacenter: string): Settings {
  const serviceTtl = new ServiceTtl(config.serviceTtlMs);
  return { config, datacenter, isBeyond: false, zones: zoneSettings(config), serviceTtl };
}
