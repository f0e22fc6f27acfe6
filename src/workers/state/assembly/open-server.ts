// What a server has: the replica of the state, the leader's duties, and calls answered from both.

import { setTimeout as delay } from 'node:timers/promises';
import { joinHostPort } from '../../../gotext/host-port.js';
import { BootstrapDialer } from '../../../tls/bootstrap-dialer.js';
import { ServerDialer } from '../../../tls/server-dialer.js';
import { isServer } from '../../../wire/gossip/member-tags.js';
import { AppliedProgress } from '../../../wire/raft/applied-progress.js';
import { RequestRates } from '../../../wire/readers/request-rates.js';
import type { StateWorkerData } from '../../../wire/state-worker.js';
import { CallsBeyond } from '../calls/calls-beyond.js';
import type { ServerAsking } from '../calls/elsewhere.js';
import { followedReads } from '../calls/followed-reads.js';
import { LimitedCalls } from '../calls/limited-calls.js';
import { localReads } from '../calls/local-reads.js';
import { RequestLimits } from '../calls/request-limits.js';
import { ServerCalls } from '../calls/server-calls.js';
import { BootstrapExpect } from '../cluster/bootstrap-expect.js';
import { serversAmong } from '../cluster/known-servers.js';
import { OtherDatacenters } from '../cluster/other-datacenters.js';
import { PeerNews } from '../cluster/peer-news.js';
import { type ServerQuestions, serverQuestions } from '../cluster/server-questions.js';
import { FreshResponder } from '../dns/fresh-responder.js';
import { RemoteResponder } from '../dns/remote-responder.js';
import { Responder } from '../dns/responder.js';
import { LeaderDuties } from '../leader/leader-duties.js';
import { LeaderLogins } from '../leader/logins/logins.js';
import type { Primary } from '../leader/primary/primary.js';
import type { CoordinateUpdates } from '../methods/catalog/coordinate-updates.js';
import type { ClusterView } from '../methods/contract/cluster-view.js';
import { refusal } from '../methods/contract/refusal.js';
import type { TokenResolver } from '../methods/contract/token-resolver.js';
import { KeepingUp } from '../replica/keeping-up.js';
import { openReplica, type Replica } from '../replica/replica.js';
import { LeaderCalls } from '../rpc/leader-calls.js';
import { RpcPool } from '../rpc/pool/pool.js';
import { RpcServer } from '../rpc/rpc-server.js';
import { ServerAsker } from '../rpc/server-asker.js';
import { LeaderSnapshots } from '../rpc/snapshot/leader-snapshots.js';
import { RemoteSnapshots } from '../rpc/snapshot/remote-snapshots.js';
import { OperatorSnapshots } from '../snapshots/operator-snapshots.js';
import { serverStats } from './agent-stats.js';
import { primaryAcls, type ReadLinked, readLinked } from './asked-acls.js';
import { bootstrapReset } from './bootstrap-reset.js';
import type { Mode } from './mode.js';
import { reportCoordinate } from './own-coordinate.js';
import type { Parts } from './parts.js';
import { clusterView } from './server/cluster-view.js';
import { coordinateUpdates } from './server/coordinate-updates.js';
import { KnownLeader } from './server/known-leader.js';
import { primaryCalls } from './server/primary-calls.js';
import { reportUsage } from './server/usage-gauges.js';
import { serverAcls } from './server-acls.js';
import { followRoots } from './tls/trusted-clients.js';

/** As stock's servers close connections to others that they ask nothing. */
const IDLE_CONNECTION_MS = 120_000;
/** A leader that isn't heard any more may be stopped: what was asked of it isn't waited for until its connection is found dead. */
const FORMER_LEADER_WITHIN_MS = 500;

type RaftEnds = NonNullable<StateWorkerData['raft']>;

export function openServer(parts: Parts, raft: RaftEnds): Mode {
  const { gossip, tokens } = parts;
  const leader = new KnownLeader();
  const { replica, recovered } = followLog(parts, raft, leader);
  const { store, consensus, keepingUp } = replica;
  const { datacenter, primaryDatacenter, nodeId, advertiseAddress, ports } = parts.settings.current;
  const readInPrimary: ReadLinked = (secret) => readLinked(beyond, primaryDatacenter, secret);
  const acls = serverAcls(parts.settings.current, tokens, replica, primaryAcls(parts.settings.current, readInPrimary));
  const dialer: ServerDialer = new ServerDialer(
    parts.settings.current,
    (host, port) => others.datacenterAt(joinHostPort(host, port)) ?? datacenter,
  );
  const questions = serverQuestions(joinHostPort(advertiseAddress, ports.server), datacenter, consensus, dialer);
  const primary = primaryCalls(parts.settings.current, tokens, () => beyond);
  const duties = takeUpDuties(parts, replica, leader, questions, primary);
  const coordinates = coordinateUpdates(parts.settings.current, replica, parts.logger.child('server'));
  const expectation = expectServers(parts, replica, questions);
  void recovered.then(() => expectation.look());
  const news = new PeerNews({
    datacenter,
    members: () => gossip.lan.list,
    member: (name) => gossip.lan.find(name),
    tellPeers: (peers) => consensus.tellPeers(peers),
    tellSuspected: (id) => consensus.tellSuspected(id),
  });
  gossip.listen({
    membersChanged: (changes) => {
      duties.membersChanged(changes);
      if (changes.pool === 'lan' && changes.changed.some(isServer)) expectation.look();
      news.membersChanged(changes);
    },
    wanChanged: (changes) => others.membersChanged(changes),
    serverSuspected: (name) => news.suspected(name),
  });
  const pool = new RpcPool({ idleMs: IDLE_CONNECTION_MS, dialer });
  const bootstrap = new BootstrapDialer(parts.settings.current);
  const asking = serverAsking(parts, pool, bootstrap);
  const elsewhere = leaderCalls(parts, leader, pool, asking);
  const others = new OtherDatacenters(datacenter, Math.random);
  const beyond = new CallsBeyond({
    serversOf: (name) => others.serversOf(name),
    asking,
    isLocalToken: (secret) => acls.isLocal(secret),
  });
  const { metrics } = parts.telemetry;
  const endUsage = reportUsage({ datacenter, store, members: () => gossip.lan.list, leader, metrics });
  const cluster = clusterView({ datacenter, nodeId, members: () => gossip.lan.list, consensus, leader, duties });
  const asked = { elsewhere, beyond, primary };
  const calls = serverCalls(parts, replica, asked, leader, duties, coordinates, cluster, acls);
  const ownCoordinate = reportCoordinate(parts, calls, acls);
  const limits = requestLimits(parts, raft, leader);
  parts.leaveSteps.setServer({
    cluster,
    questions,
    nodeId,
    leads: () => leader.isSelf,
    warn: (problem) => parts.logger.child('server').warn('failed to hand over leadership', 'error', problem),
  });
  const remote = new RemoteSnapshots((name) => {
    if (name !== datacenter) return others.serversOf(name)[0]?.address ?? refusal('no-datacenter');
    return leader.isSelf || leader.address === '' ? refusal('no-leader') : leader.address;
  }, dialer);
  const snapshots = new LeaderSnapshots({
    own: operatorSnapshots(parts, replica, duties, acls),
    remote,
    datacenter,
    isElsewhere: () => !leader.isSelf && leader.address !== '',
  });
  const reads = followedReads(store, consensus, acls);
  const rpc = new RpcServer({
    config: () => parts.settings.current,
    calls,
    reads,
    limits,
    reaches: (name) => others.serversOf(name).length > 0,
    transfer: {
      tokens: acls,
      dialer,
      isLeader: () => leader.isSelf,
      leaderAddress: () => leader.address,
      configuration: () => consensus.configuration(),
      handOver: (id) => consensus.order({ order: 'transfer', id }),
    },
    beyond: { dialer, serversOf: (name) => others.serversOf(name), isLocalToken: (secret) => acls.isLocal(secret) },
    snapshots,
    raftStreams: raft.raftStreams,
    logger: parts.logger.child('server.rpc'),
    metrics,
  });
  if (parts.settings.current.autoEncrypt.allowTls) followRoots(store, (roots) => rpc.trustClients(roots));
  return {
    calls,
    acls,
    askedCalls: new LimitedCalls(calls, limits),
    readers: raft.readers === null ? null : { threads: raft.readers, readLinked: readInPrimary },
    knowsServers: () => true,
    dnsAnswers: (given, staleQuery) => {
      const local = localReads({ store, consensus, keepingUp, tokens: acls, secret: () => tokens.dns });
      const near = new Responder({ ...given, local });
      const far = new RemoteResponder({ ...given, calls, kept: null, tokens, staleQuery });
      return new FreshResponder({ config: given.config, local, near, far, staleQuery });
    },
    snapshots,
    grpc: { reads, limits },
    recovered,
    stats: () => serverStats(parts, consensus, leader),
    async listen(closing) {
      closing.add('RPC', () => rpc.close());
      closing.add('RPC pool', () => pool.close());
      closing.add('snapshots', () => remote.close());
      await rpc.listen();
    },
    configured: (config) => config,
    onReconfigured: () => {},
    reload: (config) => {
      dialer.reload(config);
      bootstrap.reload(config);
      rpc.reload(config);
    },
    onServerUp: (callback) => {
      leader.listen({ appeared: callback });
      // What this agent registered may not be in what was restored.
      store.observe({ changed: () => {}, restored: callback });
    },
    rest: () => {
      duties.stop();
      expectation.stop();
      ownCoordinate.stop();
      coordinates.stop();
      endUsage();
    },
    stop: () => {
      consensus.stop();
      raft.raftStreams.close();
    },
  };
}

/** What this server takes of others' requests. */
function requestLimits(
  { settings, telemetry, logger }: Parts,
  { readers }: RaftEnds,
  leader: KnownLeader,
): RequestLimits {
  return new RequestLimits({
    rates: new RequestRates(readers?.requestRates),
    settings: () => settings.current.limits.requestLimits,
    isLeader: () => leader.isSelf,
    metrics: telemetry.metrics,
    logger: logger.child('server.rpc-rate-limit'),
  });
}

/** Recovery is over when the newest snapshot is in the store; what the log holds beyond it follows with a leader. */
function followLog(
  { settings, telemetry, logger, tell }: Parts,
  raft: RaftEnds,
  leader: KnownLeader,
): { readonly replica: Replica; readonly recovered: Promise<void> } {
  let started = (): void => {};
  const recovered = new Promise<void>((resolve) => {
    started = resolve;
  });
  const events = {
    started: () => started(),
    role: leader.changed.bind(leader),
    fatal: (text: string) => tell({ kind: 'fatal', text }),
  };
  const { rpcHoldTimeoutMs } = settings.current;
  const keepingUp = raft.readers === null ? null : new KeepingUp(new AppliedProgress(raft.readers.progress));
  const server = logger.child('server');
  const replica = openReplica(raft, events, rpcHoldTimeoutMs, server, telemetry.metrics, keepingUp);
  return { replica, recovered };
}

function takeUpDuties(
  { settings, telemetry, logger, gossip, control, tell }: Parts,
  replica: Replica,
  leader: KnownLeader,
  questions: ServerQuestions,
  primary: Primary | null,
) {
  const duties = new LeaderDuties({
    ...replica,
    config: settings.current,
    configEntries: () => settings.current.configEntries,
    logger: logger.child('server'),
    metrics: telemetry.metrics,
    members: () => gossip.lan.list,
    raftStats: (address) => questions.raftStats(address),
    primary,
    forceLeave: async (node) => {
      const answer = await control.ask({ op: 'force-leave', node, prune: false, wan: false });
      return answer.ok ? null : answer.error;
    },
  });
  leader.listen({
    leads: (isNew) => {
      if (isNew) tell({ kind: 'new-leader' });
      duties.gainLeadership().catch((error: unknown) => {
        logger.error('failed to establish leadership', 'error', String(error));
      });
    },
    follows: () => duties.loseLeadership(),
  });
  return duties;
}

/** Waits for as many servers as it was told to, and begins a cluster with them. */
function expectServers(
  { settings, gossip, logger }: Parts,
  { consensus }: Replica,
  questions: ServerQuestions,
): BootstrapExpect {
  const { datacenter, nodeName, bootstrapExpect } = settings.current;
  return new BootstrapExpect({
    expect: bootstrapExpect,
    ownName: nodeName,
    servers: () => serversAmong(gossip.lan.list, datacenter),
    questions,
    configuration: () => consensus.configuration(),
    order: (order) => consensus.order(order),
    logger: logger.child('server'),
  });
}

function operatorSnapshots(
  { settings, logger }: Parts,
  { store, consensus }: Replica,
  duties: LeaderDuties,
  tokens: TokenResolver,
): OperatorSnapshots {
  const { datacenter, dataDir } = settings.current;
  const dutiesEstablished = () => duties.awaitEstablished();
  return new OperatorSnapshots({
    store,
    consensus,
    datacenter,
    dataDir,
    dutiesEstablished,
    tokens,
    logger: logger.child('server'),
  });
}

function serverAsking({ settings }: Parts, pool: RpcPool, bootstrap: BootstrapDialer): ServerAsking {
  return new ServerAsker({
    pool,
    bootstrap,
    clientTimeoutMs: () => settings.current.limits.rpcClientTimeoutMs,
    holdMs: () => settings.current.rpcHoldTimeoutMs,
  });
}

/** Calls of a leader that is another server. */
function leaderCalls({ settings }: Parts, leader: KnownLeader, pool: RpcPool, asking: ServerAsking): LeaderCalls {
  const calls = new LeaderCalls({
    asking,
    datacenter: settings.current.datacenter,
    leaderAddress: () => (leader.isSelf ? '' : leader.address),
  });
  leader.listen({
    changed: () => calls.leaderAppeared(),
    leads: () => calls.leaderAppeared(),
    forgotten: (address) => pool.doubt(address, FORMER_LEADER_WITHIN_MS),
  });
  return calls;
}

/** Who answers what this server doesn't. */
interface OtherServers {
  readonly elsewhere: LeaderCalls;
  readonly beyond: CallsBeyond;
  readonly primary: Primary | null;
}

function serverCalls(
  { settings, gossip, control, logger, telemetry }: Parts,
  { store, consensus, keepingUp }: Replica,
  { primary, ...others }: OtherServers,
  leader: KnownLeader,
  duties: LeaderDuties,
  coordinates: CoordinateUpdates,
  cluster: ClusterView,
  tokens: TokenResolver,
): ServerCalls {
  const { datacenter, nodeName } = settings.current;
  return new ServerCalls({
    metrics: telemetry.metrics,
    pause: (ms) => delay(ms),
    server: {
      datacenter,
      nodeName,
      leaderAddress: () => leader.address,
      peers: () => consensus.peers(),
      raftStats: () => consensus.raftStats(),
      wanMembers: () => gossip.wan.list,
      autopilotConfig: () => store.autopilotConfig,
      control,
      cluster,
    },
    leader: {
      store,
      datacenter,
      primaryDatacenter: settings.current.primaryDatacenter,
      bootstrapReset: bootstrapReset(settings.current.dataDir, logger.child('server').child('acl')),
      sessionTtlMinMs: () => settings.current.sessionTtlMinMs,
      allowsUnnamedConnections: () => settings.current.defaultIntentionPolicy === 'allow',
      renewSession: (id) => duties.renewSession(id),
      updateCoordinate: (record) => coordinates.add(record),
      authority: duties.authority,
      logins: new LeaderLogins({ datacenter, acl: store.acl, consensus, primary }),
      hasAcls: !tokens.isOff,
      replication: () => duties.replication,
      cluster,
    },
    consensus,
    ...others,
    keepingUp,
    tokens,
    holdMs: () => settings.current.rpcHoldTimeoutMs,
  });
}
