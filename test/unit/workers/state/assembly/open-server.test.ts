// What a server makes of the raft worker's word who leads, before anybody asks it anything.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { MessageChannel } from 'node:worker_threads';
import { Logger, LogSink } from '../../../../../src/observe/logger.js';
import { Metrics } from '../../../../../src/observe/metrics.js';
import type { RuntimeConfig } from '../../../../../src/wire/config.js';
import { Leadership, Role } from '../../../../../src/wire/raft/leadership.js';
import type { RaftRole, RaftToState, StateToRaft } from '../../../../../src/wire/raft/raft-port.js';
import type { StateToMain } from '../../../../../src/wire/state-worker.js';
import { openServer } from '../../../../../src/workers/state/assembly/open-server.js';
import { makeParts } from '../../../../../src/workers/state/assembly/parts.js';
import { waitFor } from '../../../../agent-process.js';
import { NO_TLS } from '../../../../tls.js';
import { CONFIG } from '../leader/leader-fixture.js';
import { coordinate } from './coordinate-fixture.js';

const limits = { rpcMaxConnsPerClient: 100, rpcHandshakeTimeoutMs: 5000 };
const tls = { internalRpc: NO_TLS, serverName: '', enableAgentTlsForChecks: false };
const dns = { domain: 'consul' };
const autoEncrypt = { tls: false, allowTls: false, dnsSan: [], ipSan: [] };
const acl = { agentRecoveryToken: '', replicationToken: '', enableTokenPersistence: false };
const settings = {
  tokens: {},
  acl,
  dataDir: null,
  devMode: true,
  disableCoordinates: false,
  rpcHoldTimeoutMs: 100,
  limits,
  tls,
  dns,
  autoEncrypt,
};
const config = { ...CONFIG, ...settings } as unknown as RuntimeConfig;
const logger = new Logger('agent', new LogSink('error', () => {}));
const telemetry = {
  logger,
  metrics: new Metrics(),
  stop: () => {},
  finish: () => Promise.resolve(),
  setLevel: () => {},
};
const toMain = new MessageChannel();
const toRaft = new MessageChannel();
const told: string[] = [];
const proposed: Buffer[] = [];
toMain.port1.on('message', ({ kind }: StateToMain) => told.push(kind));
toRaft.port1.on('message', (message: StateToRaft) => {
  if (message.kind === 'propose') proposed.push(Buffer.from(message.entries));
});
const leadership = new Leadership();
const raft = {
  port: toRaft.port2,
  leadership: leadership.buffer,
  raftStreams: new MessageChannel().port1,
  readers: null,
};
const context = { name: 'state', port: toMain.port2, logLevel: 'error' } as const;
const parts = makeParts({ context, config, raft }, telemetry);
const mode = openServer(parts, raft);
let serversUp = 0;
mode.onServerUp(() => {
  serversUp += 1;
});
const say = (message: RaftToState): void => toRaft.port1.postMessage(message);
const role = (is: RaftRole, term: number, leaderAddress: string): void =>
  say({ kind: 'role', role: is, term, leaderAddress, leaderId: leaderAddress });
const isWritten = (...words: readonly string[]): boolean =>
  proposed.some((entries) => words.every((word) => entries.includes(word)));

after(() => {
  mode.rest();
  mode.stop();
  toMain.port1.close();
  toRaft.port1.close();
});

test('it has recovered when the raft worker says so', async () => {
  say({ kind: 'started', lastIndex: 0, lastTerm: 0 });
  await mode.recovered;
  assert.deepEqual([serversUp, mode.calls.obstacle?.refused], [0, 'no-leader']);
});

test('a server is up with each leader that is known where none was', async () => {
  role('follower', 1, '10.0.0.2:8300');
  await waitFor(() => serversUp === 1, 'the first leader');
  role('follower', 2, '10.0.0.3:8300');
  role('candidate', 3, '');
  role('follower', 3, '10.0.0.2:8300');
  await waitFor(() => serversUp === 2, 'the second leader that appeared');
});

test('where this server is gets written while it leads, and the pool hears once that it does', async () => {
  parts.gossip.receive({ kind: 'coordinate', coordinate: coordinate(2) });
  leadership.setRole(Role.leader, 4, true);
  role('leader', 4, '10.0.0.1:8300');
  role('leader', 4, '10.0.0.1:8300');
  await waitFor(() => told.includes('new-leader'), 'word to main');
  // Its next turn comes after half a minute, if the first found no leader.
  await waitFor(() => isWritten('Vec', CONFIG.nodeName), "the server's own coordinate", 45_000);
  assert.deepEqual(
    told.filter((kind) => kind === 'new-leader'),
    ['new-leader'],
  );
});
