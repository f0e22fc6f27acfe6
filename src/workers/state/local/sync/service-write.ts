// The write of a service that the catalog doesn't have as it is here, with those of its checks that go along. A stream brings thousands
// of them at once, so it is one object without functions of its own, and its own part of a group.

import type { CheckRecord, ServiceRecord } from '../../../../wire/records.js';
import type { Refusal } from '../../methods/contract/refusal.js';
import type { CheckEntry, ServiceEntry } from '../state/entries.js';
import type { LocalState } from '../state/local-state.js';
import type { Groupable, Write } from './write.js';

/** Sends it alone. */
export type SendAlone = (
  service: ServiceRecord,
  checks: readonly CheckRecord[],
  token: string,
) => Promise<true | Refusal>;

export class ServiceWrite implements Write, Groupable {
  readonly token: string;
  /** As they are written; what changes meanwhile is still to be synced. */
  readonly checks: readonly CheckRecord[];
  readonly #entry: ServiceEntry;
  readonly #checks: readonly CheckEntry[];
  readonly #isGroupable: boolean;
  readonly #state: LocalState;
  readonly #send: SendAlone;

  constructor(
    entry: ServiceEntry,
    checks: readonly CheckEntry[],
    token: string,
    isGroupable: boolean,
    state: LocalState,
    send: SendAlone,
  ) {
    this.token = token;
    this.checks = checks.map(({ check }) => check);
    this.#entry = entry;
    this.#checks = checks;
    this.#isGroupable = isGroupable;
    this.#state = state;
    this.#send = send;
  }

  get subject(): 'service' {
    return 'service';
  }

  get id(): string {
    return this.#entry.id;
  }

  get isRemoval(): boolean {
    return false;
  }

  get service(): ServiceRecord {
    return this.#entry.definition;
  }

  get groupable(): Groupable | null {
    return this.#isGroupable ? this : null;
  }

  send(): Promise<true | Refusal> {
    return this.#send(this.service, this.checks, this.token);
  }

  done(): void {
    const state = this.#state;
    state.serviceSynced(this.#entry);
    for (let at = 0; at < this.#checks.length; at += 1) {
      const check = this.#checks[at];
      const written = this.checks[at];
      if (check !== undefined && written !== undefined) state.checkSynced(check, written);
    }
  }
}
