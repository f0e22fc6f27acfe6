// From opened storage to a server: restore, bootstrap, core, shell, in that order. It lives by the ticks that its owner gives.

import type { Logger } from '../../observe/logger.js';
import type { Metrics } from '../../observe/metrics.js';
import type { Leadership } from '../../wire/raft/leadership.js';
import type { StateToRaft } from '../../wire/raft/raft-port.js';
import type { RaftSettings, RaftWorkerData } from '../../wire/raft/raft-worker.js';
import { bootstrapWith } from './core/bootstrap.js';
import { type Configuration, describe, isSoleVoter, type PlacedConfiguration } from './core/configuration.js';
import { logIndex, ORIGIN, type Position, term } from './core/entry.js';
import type { RecoveredLog } from './core/log.js';
import type { Timing } from './core/parts.js';
import { RaftCore } from './core/raft.js';
import { Delivery } from './delivery.js';
import { ForcedRecovery } from './forced-recovery.js';
import { LeadershipBoard } from './leadership-board.js';
import { NOT_LEADER } from './orders.js';
import { PeerSender } from './peer-sender.js';
import { RaftMetrics } from './raft-metrics.js';
import { RaftServer } from './raft-server.js';
import { Replicas } from './replicas.js';
import { Restore } from './restore.js';
import type { SnapshotDescription } from './snapshot/meta.js';
import { SnapshotTaker } from './snapshot/snapshot-taker.js';
import type { StateChannel, StateLink } from './state-port.js';
import type { Storage } from './storage.js';
import type { Transport } from './transport/transport.js';

export interface ServerDependencies {
  readonly leadership: Leadership;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly failed: (error: unknown) => void;
  readonly transport: Transport;
  /** The state that an operator restores. */
  readonly readFile: (path: string) => AsyncIterable<Uint8Array>;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
  /** Milliseconds since 1970: what the log says of when its entries were appended. */
  readonly unixMs: () => number;
  /** In [0, 1). */
  readonly random: () => number;
}

export interface StartedServer {
  readonly core: RaftCore;
  readonly shell: RaftServer;
  /** Where a reader of what is committed is attached. */
  readonly replicas: Replicas;
  stop(): Promise<void>;
  reload(settings: RaftSettings): void;
}

export type ServerSettings = Pick<
  RaftWorkerData,
  'raft' | 'serverId' | 'serverAddress' | 'bootstrap' | 'bootstrapExpect'
>;

/** Throws a StorageFailure when the snapshot can't be read or the first state can't be written. */
export async function startServer(
  data: ServerSettings,
  opened: Storage,
  state: StateLink,
  dependencies: ServerDependencies,
): Promise<StartedServer> {
  const { leadership, logger, metrics, failed, transport, readFile, now, unixMs, random } = dependencies;
  if (opened.recovered.repaired !== null) logger.warn(opened.recovered.repaired);
  const restore = new Restore(state, opened.snapshots);
  let server: RaftServer | null = null;
  let recovery: ForcedRecovery | null = null;
  state.listen(
    (message) => {
      if (server) server.receive(message);
      else if (recovery?.receive(message) !== true) receiveEarly(message, state, restore, transport);
    },
    () => server?.turn(),
  );
  const { forced } = opened;
  if (opened.snapshot && (forced !== null || !opened.recovered.log.isUnproven)) {
    logger.info('starting restore from snapshot', 'id', opened.snapshot.id, 'size-in-bytes', opened.snapshot.size);
    await restore.run(opened.snapshot);
    logger.info('restored from snapshot', 'id', opened.snapshot.id);
  }
  let storage = opened;
  if (forced !== null) {
    recovery = new ForcedRecovery(opened, { state, restore, logger });
    storage = await recovery.run(forced);
  }
  const { isUnproven } = storage.recovered.log;
  const origin = await originOf(data, storage);
  const core = new RaftCore({ id: data.serverId, ...origin, timing: timingOf(data.raft), random });
  logger.info(
    'initial configuration',
    'index',
    origin.configurations.at(-1)?.index ?? 0,
    'servers',
    describe(core.configuration),
  );
  explainWaiting(data, core.configuration, logger);
  const log = {
    get begin() {
      return storage.log.begin;
    },
    read: storage.log.read.bind(storage.log),
    termAt: core.log.termAt.bind(core.log),
  };
  const newestSnapshot = (): Promise<SnapshotDescription | null> => storage.snapshots.newestReadable(() => {});
  const delivery = new Delivery({ state, log, restore, newestSnapshot, failed }, core.log.committed);
  const replicas = new Replicas({ log, snapshots: storage.snapshots, failed }, delivery);
  if (storage.snapshot && isUnproven) {
    logger.warn('snapshot is not known to be committed, waiting for a leader to say so', 'id', storage.snapshot.id);
    replicas.install(storage.snapshot);
  }
  const dropThrough = storage.log.dropThrough.bind(storage.log);
  const taker = { core, state, snapshots: storage.snapshots, dropThrough, logger, metrics, now, random };
  const snapshots = new SnapshotTaker(taker, data.raft);
  const { last } = core.log;
  state.post({ kind: 'started', lastIndex: last.index, lastTerm: last.term });
  const raftMetrics = new RaftMetrics(metrics, core, () => delivery.delivered);
  const board = new LeadershipBoard({ core, leadership, state, logger, serverAddress: data.serverAddress, now });
  const sender = new PeerSender({
    core,
    store: storage.log,
    snapshots: storage.snapshots,
    takeSnapshot: () => snapshots.take(),
    transport,
    failed,
  });
  const parts = {
    core,
    store: storage.log,
    state,
    delivery,
    replicas,
    restore,
    snapshots,
    board,
    sender,
    transport,
    readFile,
    logger,
  };
  // Others may lead, and say so before this server's own time comes.
  core.leaderGone(null, now());
  const around = { failed, now, unixMs, snapshotStore: storage.snapshots, metrics: raftMetrics };
  const running = new RaftServer({ ...parts, ...around });
  server = running;
  return {
    core,
    shell: running,
    replicas,
    stop: async () => {
      await running.stop();
      state.close();
    },
    reload: (settings) => snapshots.reload(settings),
  };
}

/** Before there is a server nobody leads; the state worker may ask all the same. */
function receiveEarly(message: StateToRaft, state: StateChannel, restore: Restore, transport: Transport): void {
  switch (message.kind) {
    case 'peers':
      transport.tellPeers(message.peers);
      return;
    case 'peer-suspected':
      return;
    case 'restore-credit':
      restore.credit(message.bytes);
      return;
    case 'restored':
      restore.restored();
      return;
    case 'propose':
      state.post({
        kind: 'rejected',
        batch: message.batch,
        count: message.count,
        reason: { code: 'not-leader' },
      });
      return;
    case 'verify':
      state.post({ kind: 'verified', request: message.request, ok: false });
      return;
    case 'barrier':
      state.post({ kind: 'barrier-reached', request: message.request, index: 0 });
      return;
    case 'order':
      state.post({ kind: 'ordered', request: message.request, error: NOT_LEADER });
      return;
    case 'configuration':
      state.post({ kind: 'configuration', request: message.request, configuration: { index: 0, peers: [] } });
      return;
    case 'stats':
      state.post({ kind: 'stats', request: message.request, stats: {} });
      return;
    case 'force-snapshot':
      state.post({ kind: 'snapshot-taken', request: message.request, meta: null, error: 'not started yet' });
      return;
    case 'save-archive':
      state.post({ kind: 'archive-saved', request: message.request, index: 0, error: 'not started yet' });
      return;
    case 'restore-state':
      state.post({ kind: 'restore-refused', request: message.request, error: 'not started yet' });
      return;
    case 'applied':
    case 'snapshot-begin':
    case 'snapshot-chunk':
    case 'snapshot-end':
    case 'snapshot-failed':
      throw new Error(`${message.kind} before anything was asked`);
  }
}

interface Origin {
  readonly hardState: { readonly term: ReturnType<typeof term>; readonly vote: string | null };
  readonly log: RecoveredLog;
  readonly configurations: readonly PlacedConfiguration[];
}

/** What the core starts from; a new server that may bootstrap gets its first state here (spec/raft.md, section 7). */
async function originOf(data: ServerSettings, { recovered, snapshot, log }: Storage): Promise<Origin> {
  // Entries that the snapshot covers may still be in the log; the snapshot's configuration is one of theirs.
  const base = snapshot ? [snapshot.configuration] : [];
  const configurations = [
    ...base,
    ...recovered.configurations.filter((placed) => placed.index > (base[0]?.index ?? 0)),
  ];
  const { hardState } = recovered;
  const isNew = hardState.term === 0 && recovered.log.last.index === 0;
  if (!isNew || !(data.bootstrap || data.bootstrapExpect === 1)) {
    return { hardState, log: recovered.log, configurations };
  }
  const configuration: Configuration = {
    servers: [{ suffrage: 'voter', id: data.serverId, address: data.serverAddress }],
  };
  const first = bootstrapWith(configuration);
  await log.persist(first);
  const last: Position = { index: logIndex(1), term: term(1) };
  return {
    hardState: { term: term(1), vote: null },
    log: {
      snapshot: ORIGIN,
      begin: ORIGIN.index,
      terms: [{ firstIndex: last.index, term: last.term }],
      last,
      isUnproven: false,
      floor: null,
    },
    configurations: [{ index: last.index, configuration }],
  };
}

function timingOf({ heartbeatTimeoutMs, electionTimeoutMs, leaderLeaseMs }: RaftSettings): Timing {
  return { heartbeatTimeoutMs, electionTimeoutMs, leaderLeaseMs };
}

function explainWaiting(data: ServerSettings, configuration: Configuration, logger: Logger): void {
  if (isSoleVoter(configuration, data.serverId)) return;
  if (configuration.servers.length > 0) {
    logger.warn('this server is not the only voter, waiting for its peers', 'servers', describe(configuration));
  } else if (data.bootstrapExpect > 1) {
    logger.warn('no known peers, waiting for the expected servers', 'bootstrap-expect', data.bootstrapExpect);
  } else {
    logger.warn('no known peers, aborting election');
  }
}
