// One gossip pool of this agent, LAN or WAN: Serf's machine on its shell, with the files that outlive it. What the pool
// tells is given to its observer; what the API wants of it are methods.

import { parseIp } from '../../gotext/ip.js';
import type { Logger } from '../../observe/logger.js';
import type { Metrics } from '../../observe/metrics.js';
import type { RuntimeConfig } from '../../wire/config.js';
import type { Coordinate, KeyringAnswer, KeyringOperation, PoolFigures } from '../../wire/gossip-pools.js';
import type { SerfMember } from '../gossip/serf/pool/member.js';
import type { IncomingQuery, SerfEvent } from '../gossip/serf/pool/output.js';
import type { RestoredSnapshot, SnapshotState } from '../gossip/serf/pool/snapshot.js';
import type { KeyAnswer } from '../gossip/serf/query/key-operations.js';
import { SerfCore } from '../gossip/serf/serf-core.js';
import { GossipShell } from '../gossip/shell/gossip-shell.js';
import { type KeyringFile, openKeyring } from '../gossip/shell/keyring-file.js';
import { SnapshotFile } from '../gossip/shell/snapshot-file.js';
import { ENCRYPTION_OVERHEAD } from '../gossip/wire/encryption.js';
import { Keyring } from '../gossip/wire/keyring.js';
import { ForceLeaves } from './force-leaves.js';
import { OpenQuestions } from './open-questions.js';
import { PoolNews, type PoolObserver, poolLabels } from './pool-news.js';
import type { PoolProfile } from './profile.js';

/** memberlist 1 to 5, speaking 2; Serf 2 to 5, speaking 4: what Consul 1.21 says. */
const VERSIONS = Uint8Array.of(1, 5, 2, 2, 5, 4);
const ENCRYPTION_VERSION = 1;
const TIMED_OUT = 'timed out broadcasting node removal';
const NO_LABEL = new Uint8Array(0);
const NOBODY: RestoredSnapshot = { members: [], clock: 0, eventClock: 0, queryClock: 0 };

interface Keys {
  /** Null: the pool isn't encrypted. */
  readonly keyring: Keyring | null;
  readonly file: KeyringFile | null;
}

interface Files {
  readonly snapshot: SnapshotFile | null;
  readonly restored: RestoredSnapshot | null;
}

export interface PoolContext {
  readonly profile: PoolProfile;
  readonly config: Pick<
    RuntimeConfig,
    'disableKeyringFile' | 'encryptKey' | 'encryptVerifyIncoming' | 'encryptVerifyOutgoing' | 'rejoinAfterLeave'
  >;
  /** `agent.server` or `agent.client`. */
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly observer: PoolObserver;
}

export interface Joined {
  readonly joined: number;
  readonly errors: readonly string[];
}

export type Opened<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: string };

export class GossipPool {
  readonly profile: PoolProfile;
  readonly #context: PoolContext;
  readonly #serf: SerfCore;
  readonly #keyring: Keyring;
  readonly #keyringFile: KeyringFile | null;
  readonly #snapshot: SnapshotFile | null;
  readonly #serfLog: Logger;
  readonly #memberlistLog: Logger;
  readonly #news: PoolNews;
  readonly #questions = new OpenQuestions();
  readonly #forceLeaves = new ForceLeaves();
  #shell: GossipShell<SerfEvent> | null = null;
  #leaving: Promise<void> | null = null;
  #onLeft: () => void = () => {};

  private constructor(context: PoolContext, ip: Uint8Array, keys: Keys, files: Files) {
    const { profile, config, logger, metrics, observer } = context;
    this.#context = context;
    this.profile = profile;
    this.#serfLog = logger.child(`serf.${profile.pool}`);
    this.#memberlistLog = logger.child(`memberlist.${profile.pool}`);
    const logs = { serf: this.#serfLog, memberlist: this.#memberlistLog };
    this.#news = new PoolNews({ pool: profile.pool, observer, metrics, logs });
    // Empty means that nothing is encrypted; a machine without any says so to those who ask for keys.
    this.#keyring = keys.keyring ?? new Keyring();
    this.#keyringFile = keys.file;
    this.#snapshot = files.snapshot;
    const isEncrypting = keys.keyring !== null && config.encryptVerifyOutgoing;
    const { port } = profile.addresses;
    this.#serf = new SerfCore({
      self: { name: profile.selfName, address: { ip, port }, versionBytes: VERSIONS, bindPort: port },
      gossip: profile.gossip,
      serf: profile.serf,
      tags: profile.tags,
      rules: profile.rules,
      random: Math.random,
      layerOverhead: () => (isEncrypting ? ENCRYPTION_OVERHEAD[ENCRYPTION_VERSION] : 0),
      keyring: keys.keyring,
      restored: files.restored,
    });
  }

  /** The pool on its sockets, with nobody in it but this agent and whoever its snapshot leads to. */
  static async open(context: PoolContext): Promise<Opened<GossipPool>> {
    const { profile, config, logger } = context;
    const { addresses, snapshotPath, dataDir, pool } = profile;
    const keys = openKeyring({
      pool,
      dataDir,
      isFileDisabled: config.disableKeyringFile,
      encryptKey: config.encryptKey,
    });
    if (!keys.ok) return keys;
    if (keys.warning !== null) logger.warn(keys.warning, 'pool', pool);
    const ip = parseIp(addresses.advertiseAddress);
    if (ip === null) return { ok: false, error: `failed to parse advertise address "${addresses.advertiseAddress}"` };
    // The file asks the pool, which is made with what the file held.
    const source: { pool: GossipPool | null } = { pool: null };
    const opened =
      snapshotPath === null
        ? null
        : SnapshotFile.open(snapshotPath, config.rejoinAfterLeave, {
            aliveCount: () => source.pool?.snapshotSize ?? 0,
            state: () => source.pool?.snapshot ?? NOBODY,
            warn: (text) => logger.child(`serf.${pool}`).error(`serf: ${text}`),
          });
    if (opened?.ok === false) return opened;
    const files = { snapshot: opened?.file ?? null, restored: opened?.restored ?? null };
    source.pool = new GossipPool(context, ip, keys, files);
    return source.pool.#start();
  }

  async #start(): Promise<Opened<GossipPool>> {
    const { config, metrics } = this.#context;
    const { addresses, gossip } = this.profile;
    const opened = await GossipShell.open({
      machine: this.#serf,
      bindAddress: addresses.bindAddress,
      bindPort: addresses.port,
      protection: {
        keyring: this.#keyring,
        verifyIncoming: config.encryptVerifyIncoming,
        verifyOutgoing: config.encryptVerifyOutgoing,
        label: NO_LABEL,
        skipInboundLabelCheck: false,
        encryptionVersion: ENCRYPTION_VERSION,
        isCompressing: true,
      },
      streamTimeoutMs: gossip.streamTimeoutMs,
      onEvents: (events) => {
        for (const event of events) this.#take(event);
      },
      logger: this.#memberlistLog,
      metrics,
      labels: poolLabels(this.profile.pool),
    });
    if (!opened.ok) {
      await this.#snapshot?.close();
      return { ok: false, error: `Failed to create memberlist: Could not set up network transport: ${opened.error}` };
    }
    this.#shell = opened.shell;
    const problem = opened.shell.run((nowMs) => this.#serf.start(nowMs));
    if (problem === null) return { ok: true, value: this };
    await this.close();
    return { ok: false, error: problem };
  }

  /** What the snapshot file would hold if it were made anew; null when none is kept. */
  get snapshot(): SnapshotState | null {
    return this.#serf.snapshot();
  }

  get snapshotSize(): number {
    return this.#serf.snapshotSize;
  }

  /** Runs `action` on the machine; null when the pool is closed. */
  #run<T>(action: (nowMs: number) => T): T | null {
    return this.#shell === null ? null : this.#shell.run(action);
  }

  async #saveKeyring(query: IncomingQuery): Promise<void> {
    const problem = (await this.#keyringFile?.save()) ?? null;
    if (problem !== null) this.#serfLog.error(problem);
    this.#run((nowMs) => this.#serf.keyringSaved(query, problem, nowMs));
  }

  #take(event: SerfEvent): void {
    switch (event.kind) {
      case 'left':
        this.#onLeft();
        return;
      case 'forceLeft':
        this.#forceLeaves.answer(event.name, event.isTimedOut ? TIMED_OUT : null);
        return;
      case 'snapshot':
        this.#snapshot?.append(event.lines, event.isSynced);
        return;
      case 'keyring':
        void this.#saveKeyring(event.query);
        return;
      case 'quit':
        // The machine has said why in the log.
        void this.close();
        this.#context.observer.onQuit();
        return;
      default:
        this.#news.tell(event);
    }
  }

  get #closedText(): string {
    return `the ${this.profile.pool.toUpperCase()} pool is closed`;
  }

  get members(): IterableIterator<SerfMember> {
    return this.#serf.members();
  }

  get memberCount(): number {
    return this.#serf.memberCount;
  }

  member(name: string): SerfMember | undefined {
    return this.#serf.member(name);
  }

  /** The name of this member as the pool has it: people write names without regard to case. Null: there is none. */
  nameOf(name: string): string | null {
    if (this.#serf.member(name) !== undefined) return name;
    const wanted = name.toLowerCase();
    for (const member of this.#serf.members()) {
      // Most names of a large pool are told apart by their length.
      if (member.name.length === name.length && member.name.toLowerCase() === wanted) return member.name;
    }
    return null;
  }

  get figures(): PoolFigures {
    return this.#serf.figures();
  }

  get coordinate(): Coordinate {
    return this.#serf.coordinate;
  }

  coordinateOf(name: string): Coordinate | undefined {
    return this.#serf.coordinateOf(name);
  }

  /** Joins by as many of the addresses as answer. Events from before are not told. */
  async join(addresses: readonly string[]): Promise<Joined> {
    const problem = this.#shell === null ? "Serf can't Join after Leave or Shutdown" : this.#serf.canJoin();
    if (problem !== null || this.#shell === null) return { joined: 0, errors: [problem ?? ''] };
    this.#serf.beginJoin(true);
    const result = await this.#shell.join(addresses);
    this.#run((nowMs) => this.#serf.endJoin(result.joined, nowMs));
    return result;
  }

  /** Resolves when the others have been told and had time to hear it; however often it is called, they are told once. */
  leave(): Promise<void> {
    this.#leaving ??= this.#questions.ask<void>((answer) => {
      this.#onLeft = answer;
      const problem = this.#run((nowMs) => this.#serf.leave(nowMs));
      if (problem === null) return;
      this.#serfLog.error(problem);
      answer();
    }, undefined);
    return this.#leaving;
  }

  /** Null when it is done; else why it isn't. */
  forceLeave(name: string, prune: boolean): Promise<string | null> {
    return this.#questions.ask<string | null>((answer) => {
      this.#forceLeaves.add(name, answer);
      const isKnown = this.#run((nowMs) => this.#serf.forceLeave(name, prune, nowMs));
      if (isKnown !== true) this.#forceLeaves.answer(name, `there is no member '${name}'`);
    }, this.#closedText);
  }

  /** Null when it is on its way; else why it isn't. */
  userEvent(name: string, payload: Uint8Array | null): string | null {
    if (this.#shell === null) return this.#closedText;
    return this.#run((nowMs) => this.#serf.userEvent(name, payload, false, nowMs));
  }

  setTags(tags: ReadonlyMap<string, string>): string | null {
    return this.#run((nowMs) => this.#serf.setTags(tags, nowMs));
  }

  /** Asks every member of the pool; resolves when all have answered or the time is over. */
  keyring(operation: KeyringOperation, key: Uint8Array, relayFactor: number): Promise<KeyringAnswer> {
    const nobody = { numNodes: 0, messages: {}, keys: {}, primaryKeys: {} };
    return this.#questions.ask<KeyringAnswer>(
      (answer) => {
        const done = ({ numNodes, messages, keys, primaryKeys, error }: KeyAnswer): void =>
          answer({
            pool: this.profile.pool,
            numNodes,
            messages: Object.fromEntries(messages),
            keys: Object.fromEntries(keys),
            primaryKeys: Object.fromEntries(primaryKeys),
            error,
          });
        this.#run((nowMs) => this.#serf.keyQuery(operation, key, relayFactor, done, nowMs));
      },
      { ...nobody, pool: this.profile.pool, error: this.#closedText },
    );
  }

  /** Stops at once: the others see a failure unless {@link leave} came before. */
  async close(): Promise<void> {
    const shell = this.#shell;
    this.#shell = null;
    this.#questions.close();
    await shell?.close();
    await this.#snapshot?.close();
  }
}
