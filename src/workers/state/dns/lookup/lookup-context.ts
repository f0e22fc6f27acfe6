// What every lookup reads and gives back.

import type { DnsConfig } from '../../../../wire/config.js';
import { type Refusal, rcodeOf } from '../../methods/contract/refusal.js';
import { type Answer, answer } from '../message/answer.js';
import { Rcode } from '../message/protocol.js';
import type { LookupReads } from './lookup-reads.js';
import type { ServiceTtl } from './service-ttl.js';
import type { AskedZone, ZoneSettings } from './zone.js';

export interface LookupContext {
  readonly config: DnsConfig;
  readonly reads: LookupReads;
  readonly datacenter: string;
  /** Another than this agent's. */
  readonly isBeyond: boolean;
  readonly zones: ZoneSettings;
  readonly serviceTtl: ServiceTtl;
  /** The address of whoever asks; "" when it isn't known. */
  readonly asker: string;
}

/** Whether an answer would be the same now: a question that costs little. Asked only after the store has changed. */
export type CurrencyCheck = () => boolean;

/** Depends on the configuration alone. */
export const always: CurrencyCheck = () => true;

export interface Resolved {
  readonly answer: Answer;
  readonly isCurrent: CurrencyCheck;
  /** Records of the store that `isCurrent` keeps alive, where they may be many. */
  readonly records?: number;
  /** It is another datacenter's to answer, which can't be asked from here. */
  readonly isBeyond?: true;
  /** It is for this asker alone: others are nearer to something else. */
  readonly isPersonal?: true;
}

/** Seconds. */
export function nodeTtl(config: DnsConfig): number {
  return Math.floor(config.nodeTtlMs / 1000);
}

const neverAgain: CurrencyCheck = () => false;

/** Addresses are to be those by which other datacenters are reached. */
export function isTranslated({ isBeyond, config }: LookupContext): boolean {
  return isBeyond && config.translateWan;
}

/** What is said when the question was refused; asked anew the next time. */
export function refusedAnswer(refusal: Refusal): Resolved {
  return { answer: answer({ rcode: rcodeOf(refusal), authoritative: false }), isCurrent: neverAgain };
}

/** The same where another datacenter may have been asked: one that nobody knows has no names. */
export function refusedIn(zone: AskedZone, refusal: Refusal): Resolved {
  if (refusal.refused !== 'no-datacenter') return refusedAnswer(refusal);
  return { answer: answer({ rcode: Rcode.NXDOMAIN, authority: [zone.soa] }), isCurrent: neverAgain };
}
