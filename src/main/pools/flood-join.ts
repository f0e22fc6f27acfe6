// Brings every server of this datacenter into the WAN pool (spec/gossip.md, section 20): it is enough that an operator joins one
// of them. A server that is alive in the LAN pool and unknown in the WAN pool is joined there, at the port that its tags name:
// when it appears, and in rounds for whom that didn't succeed.

import { joinHostPort } from '../../gotext/host-port.js';
import { ipText } from '../../gotext/ip.js';
import { readTags } from '../../msgpack/tags.js';
import type { Logger } from '../../observe/logger.js';
import { datacenterOf, serverTags } from '../../wire/gossip/agent-tags.js';
import type { SerfMember } from '../gossip/serf/pool/member.js';
import type { JoinOutcome } from './retry-join.js';

/** A server without it is in no WAN pool. Looked for in the bytes: most members' tags are never taken apart. */
const PORT_TAG = 'wan_join_port';
/** Those that don't answer hold a place until the stream's timeout, and shall not hold up the others. */
const JOINS_AT_ONCE = 8;

export interface FloodJoinOptions {
  readonly datacenter: string;
  /** Whether the WAN pool has a member of this name, whatever its status. */
  readonly isInWan: (name: string) => boolean;
  /** In the WAN pool. */
  readonly join: (address: string) => Promise<JoinOutcome>;
  readonly logger: Logger;
}

function hasPortTag({ meta }: SerfMember): boolean {
  return Buffer.from(meta.buffer, meta.byteOffset, meta.length).includes(PORT_TAG);
}

export class FloodJoin {
  readonly #options: FloodJoinOptions;
  /** Where the servers that are alive in the LAN pool listen for the WAN pool, by their names there. */
  readonly #addresses = new Map<string, string>();
  /** Names to be joined that wait for a place. */
  readonly #waiting = new Set<string>();
  readonly #joining = new Set<string>();
  #isStopped = false;

  constructor(options: FloodJoinOptions) {
    this.#options = options;
  }

  /** A member of the LAN pool joined, or something of it changed. */
  changed(member: SerfMember): void {
    const name = this.#wanName(member.name);
    const address = this.#addressOf(member);
    const known = this.#addresses.get(name);
    if (address === null) this.#addresses.delete(name);
    else this.#addresses.set(name, address);
    if (address !== null && address !== known) this.#flood(name);
  }

  /** Tries again whom joining failed. */
  round(): void {
    for (const name of this.#addresses.keys()) this.#flood(name);
  }

  /** What is under way ends without consequences here. */
  stop(): void {
    this.#isStopped = true;
    this.#waiting.clear();
  }

  #wanName(name: string): string {
    return `${name}.${this.#options.datacenter}`;
  }

  /** Null for whom the WAN pool isn't, or who is gone. */
  #addressOf(member: SerfMember): string | null {
    if (member.status !== 'alive' || !hasPortTag(member)) return null;
    const tags = readTags(member.meta);
    const port = serverTags(tags)?.wanJoinPort ?? null;
    if (port === null || datacenterOf(tags) !== this.#options.datacenter) return null;
    return joinHostPort(ipText(member.address.ip), port);
  }

  #flood(name: string): void {
    if (this.#isStopped || this.#joining.has(name) || this.#options.isInWan(name)) return;
    this.#waiting.add(name);
    this.#next();
  }

  #next(): void {
    for (const name of this.#waiting) {
      if (this.#joining.size >= JOINS_AT_ONCE) return;
      this.#waiting.delete(name);
      const address = this.#addresses.get(name);
      // Meanwhile it may have gone, or have been heard of from others.
      if (address !== undefined && !this.#options.isInWan(name)) void this.#join(name, address);
    }
  }

  async #join(name: string, address: string): Promise<void> {
    const { join, logger } = this.#options;
    this.#joining.add(name);
    const { joined, error } = await join(`${name}/${address}`);
    this.#joining.delete(name);
    if (this.#isStopped) return;
    const about = ['server', name, 'address', address] as const;
    if (joined > 0) logger.debug('Successfully performed flood-join for server at address', ...about);
    else logger.warn('Failed to flood-join server at address', ...about, 'error', error);
    this.#next();
  }
}
