// What a client agent has in place of a server's parts: the servers that the LAN pool names, and calls that go to them. It holds
// nothing of the replicated state itself.

import { ServerDialer } from '../../../tls/server-dialer.js';
import { ClientCalls } from '../calls/client-calls.js';
import { Rebalance } from '../cluster/rebalance.js';
import { Reconnect } from '../cluster/reconnect.js';
import { followServers } from '../cluster/server-choice.js';
import { ServerList } from '../cluster/server-list.js';
import { RemoteResponder } from '../dns/remote-responder.js';
import { refusal } from '../methods/contract/refusal.js';
import { statusLeader, statusPing } from '../methods/status.js';
import { RpcPool } from '../rpc/pool/pool.js';
import { ServerAsker } from '../rpc/server-asker.js';
import { RemoteSnapshots } from '../rpc/snapshot/remote-snapshots.js';
import { clientStats } from './agent-stats.js';
import { clientAcls } from './client-acls.js';
import type { Mode } from './mode.js';
import { reportCoordinate } from './own-coordinate.js';
import type { Parts } from './parts.js';
import { clientCertificate } from './tls/client-certificate.js';

/** As stock's client agents close connections to servers that they ask nothing. */
const IDLE_CONNECTION_MS = 127_000;

export function openClient(parts: Parts): Mode {
  const { settings, telemetry, control, gossip, logger, tokens } = parts;
  const { datacenter } = settings.current;
  const limits = () => settings.current.limits;
  const list = new ServerList(Math.random);
  const dialer = new ServerDialer(settings.current);
  const pool = new RpcPool({ idleMs: IDLE_CONNECTION_MS, dialer });
  const holdMs = () => settings.current.rpcHoldTimeoutMs;
  const asking = new ServerAsker({ pool, bootstrap: null, clientTimeoutMs: () => limits().rpcClientTimeoutMs, holdMs });
  const members = () => gossip.lan.size;
  let serverUp = (): void => {};
  const reconnect = new Reconnect({
    random: Math.random,
    members,
    async isThere() {
      const { first } = list;
      if (first === null) return false;
      const leader = await asking.write(first.address, statusLeader, null, datacenter, '');
      if (!leader.ok) list.failed(first);
      return leader.ok && leader.value !== '';
    },
    reached: () => serverUp(),
  });
  const calls = new ClientCalls({
    servers: list,
    asking,
    holdMs,
    rate: () => ({ perSecond: limits().rpcRate, burst: limits().rpcMaxBurst }),
    metrics: telemetry.metrics,
    unreachable: () => reconnect.begin(),
  });
  const snapshots = new RemoteSnapshots(() => list.first?.address ?? refusal('no-servers'), dialer);
  let reconfigured = (): void => {};
  const certificate = clientCertificate({
    config: settings.current,
    tokens,
    logger,
    list,
    dialer,
    calls,
    changed: () => {
      reconfigured();
      serverUp();
    },
  });
  const follow = followServers({
    list,
    datacenter,
    appeared: () => {
      certificate?.serverAppeared();
      serverUp();
    },
  });
  gossip.listen({
    membersChanged: (changes) => {
      if (changes.pool === 'lan') follow(changes);
    },
  });
  const rebalance = new Rebalance({
    list,
    random: Math.random,
    members,
    ping: async ({ address }) => (await asking.write(address, statusPing, null, datacenter, '')).ok,
    unreachable: () => logger.child('client').debug('No healthy servers during rebalance, aborting'),
  });
  const acls = clientAcls(settings.current, tokens, () => calls);
  const coordinate = reportCoordinate(parts, calls, acls);
  return {
    calls,
    acls,
    // Servers count what they are asked.
    askedCalls: calls,
    readers: null,
    knowsServers: () => list.first !== null,
    dnsAnswers: (given, staleQuery) => new RemoteResponder({ ...given, calls, kept: calls.kept, tokens, staleQuery }),
    snapshots,
    grpc: null,
    recovered: Promise.resolve(),
    stats: () => clientStats(control, gossip),
    onServerUp: (callback) => {
      serverUp = callback;
    },
    async listen(closing) {
      closing.add('RPC pool', () => pool.close());
      closing.add('snapshots', () => snapshots.close());
    },
    configured: (config) => certificate?.configured(config) ?? config,
    onReconfigured: (callback) => {
      reconfigured = callback;
    },
    reload: (config) => (certificate ?? dialer).reload(config),
    rest: () => {
      certificate?.stop();
      rebalance.stop();
      reconnect.stop();
      coordinate.stop();
    },
    stop: () => calls.stop(),
  };
}
