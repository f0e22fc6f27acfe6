// Takes the snapshot that a leader sends to a server too far behind: onto the disk, into the log's place, into the state. One
// at a time; what comes meanwhile is not answered, and sent again by its leader.

import type { Logger } from '../../../observe/logger.js';
import { type Descent, isGivenUp, isSame } from '../core/descent.js';
import { isNewer, type LogIndex, ORIGIN } from '../core/entry.js';
import type { SnapshotOffer } from '../core/message.js';
import type { RaftCore } from '../core/raft.js';
import { ORIGIN_SNAPSHOT, type SnapshotDescription } from './meta.js';
import type { SnapshotSink, SnapshotStore } from './snapshot-store.js';

/** A snapshot with its `size` bytes. */
export type InstallRequest = SnapshotOffer & { readonly size: number; readonly bytes: AsyncIterable<Uint8Array> };

export interface InstallerParts {
  readonly core: RaftCore;
  readonly snapshots: SnapshotStore;
  /** The log may end at `index` from now on: what was durable beyond it is about to be given up. */
  readonly retreat: (index: LogIndex) => void;
  /** Durable once resolved: the log will be given up for an older snapshot. */
  readonly descend: (descent: Descent) => Promise<void>;
  /** Resolves when no write of the log is under way; until the turn is over none begins. */
  readonly quiet: () => Promise<void>;
  /** The log goes on after it, and the state is to be restored from it. */
  readonly installed: (snapshot: SnapshotDescription) => void;
  /** The core has something to say. */
  readonly turn: () => void;
  readonly logger: Logger;
  readonly failed: (error: unknown) => void;
}

export class SnapshotInstaller {
  readonly #parts: InstallerParts;
  #work: Promise<void> | null = null;
  #isFrozen = false;
  #stopped = false;

  constructor(parts: InstallerParts) {
    this.#parts = parts;
  }

  /** Nothing may reach the core now, nor leave it: the next start could find the snapshot, and the log doesn't go on after it yet. */
  get isFrozen(): boolean {
    return this.#isFrozen;
  }

  receive(request: InstallRequest, nowMs: number): void {
    const { core, turn } = this.#parts;
    const isWanted = core.offer(request, nowMs) === 'wanted';
    turn();
    if (!isWanted) return;
    if (this.#work || this.#stopped) {
      giveUp(request);
      return;
    }
    this.#work = this.#install(request)
      .catch((error: unknown) => {
        const problem = error instanceof Error ? error.message : String(error);
        this.#parts.logger.error('failed to install snapshot', 'error', problem);
        giveUp(request);
      })
      .finally(() => {
        this.#work = null;
      });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#work;
  }

  async #install(request: InstallRequest): Promise<void> {
    const { core, quiet, retreat, logger } = this.#parts;
    const { position } = request;
    const sink = await this.#create(request);
    let descent: Descent | null = null;
    try {
      for await (const chunk of request.bytes) {
        if (this.#stopped) throw new Error('stopping');
        await sink.write(chunk);
      }
      await sink.seal();
      await quiet();
      descent = await this.#descend(request);
      await quiet();
      this.#check(request);
      if (descent !== null && !isSame(descent.floor, core.log.pledge)) throw new Error('its log went on meanwhile');
      // Before the snapshot can be found at a start: then the log ends there, whatever lies beyond.
      if (!core.log.holds(position)) retreat(position.index);
    } catch (error) {
      await sink.cancel().catch(() => undefined);
      throw error;
    }
    const { isUnproven, snapshot } = core.log;
    if (await this.#replace(sink, request, descent)) {
      if (isUnproven) logger.warn('restored snapshot never reached a majority and is lost', 'index', snapshot.index);
      logger.info('installed remote snapshot', 'index', position.index);
    }
    this.#parts.turn();
  }

  /** What a leader restored may be lost with it, and this server may have acknowledged other entries since then. */
  #check(request: InstallRequest): void {
    if (this.#stopped) throw new Error('stopping');
    if (this.#parts.core.term !== request.term) throw new Error('its leader leads no more');
  }

  async #create({ position, configuration }: InstallRequest): Promise<SnapshotSink> {
    return isSame(position, ORIGIN) ? NOTHING : this.#parts.snapshots.create(position, configuration);
  }

  /** Notes that the log is given up for an older snapshot; null when it isn't. */
  async #descend(request: InstallRequest): Promise<Descent | null> {
    this.#check(request);
    const { log } = this.#parts.core;
    const { position: to } = request;
    if (log.holds(to) || !isNewer(log.pledge, to)) return null;
    const descent = { floor: log.pledge, to };
    await this.#parts.descend(descent);
    return descent;
  }

  /** Nobody else gets a word in from here until the log goes on after the snapshot. */
  async #replace(sink: SnapshotSink, request: InstallRequest, descent: Descent | null): Promise<boolean> {
    const { core, installed, failed, snapshots } = this.#parts;
    this.#isFrozen = true;
    let isNeeded: boolean;
    try {
      const description = await sink.finish();
      if (descent !== null) await snapshots.giveUp((position) => isGivenUp(position, descent));
      isNeeded = core.install(request);
      if (isNeeded) installed(description);
    } catch (error) {
      // Nobody knows whether the next start would find it: this server stays still, and ends.
      failed(error);
      throw error;
    }
    this.#isFrozen = false;
    return isNeeded;
  }
}

/** The origin: the leader has everything, and nothing comes before it. */
const NOTHING: SnapshotSink = {
  write: () => Promise.reject(new Error('a snapshot of nothing has no content')),
  seal: () => Promise.resolve(),
  finish: () => Promise.resolve(ORIGIN_SNAPSHOT),
  cancel: () => Promise.resolve(),
};

/** Whoever moves the bytes needn't go on with it, nor wait for an answer: its leader learns at once that it has to send it again. */
function giveUp({ bytes }: InstallRequest): void {
  void bytes[Symbol.asyncIterator]().return?.();
}
