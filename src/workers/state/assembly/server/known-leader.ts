// Who leads, as the raft worker last told it, and who wants to hear when that changes.

import type { RaftRole } from '../../../../wire/raft/raft-port.js';

export interface LeaderListener {
  /** This server leads; said again with every word of the raft worker that it still does, then not as new. */
  leads?(isNew: boolean): void;
  /** This server doesn't lead. */
  follows?(): void;
  /** A leader is known where none was. */
  appeared?(): void;
  /** A leader is known that wasn't the one before. */
  changed?(): void;
  /** Another server led, and leads no more as far as is known. */
  forgotten?(address: string): void;
}

export class KnownLeader {
  readonly #listeners: LeaderListener[] = [];
  #address = '';
  #isSelf = false;

  /** `host:port`; "" when no leader is known. */
  get address(): string {
    return this.#address;
  }

  /** This server leads. */
  get isSelf(): boolean {
    return this.#isSelf;
  }

  listen(listener: LeaderListener): void {
    this.#listeners.push(listener);
  }

  changed(role: RaftRole, address: string): void {
    const isNew = !this.#isSelf;
    const former = this.#isSelf ? '' : this.#address;
    const hasAppeared = this.#address === '' && address !== '';
    const hasChanged = this.#address !== address && address !== '';
    this.#address = address;
    this.#isSelf = role === 'leader';
    for (const listener of this.#listeners) {
      if (this.#isSelf) listener.leads?.(isNew);
      else listener.follows?.();
      if (hasAppeared) listener.appeared?.();
      if (hasChanged) listener.changed?.();
      if (former !== '' && former !== address) listener.forgotten?.(former);
    }
  }
}
