// Entry point of the raft worker thread, which is begun before main knows what it is to do: that is its first message. It opens
// the storage, restores the newest snapshot into the state worker, starts the server, and obeys main. A disk that can't be used
// ends the thread with one line to main and code 1.

import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import { startTelemetry } from '../../observe/worker-telemetry.js';
import { Leadership } from '../../wire/leadership.js';
import type { MainToRaft, RaftToMain, RaftWorkerData } from '../../wire/raft-worker.js';
import { type StartedServer, startServer } from './start.js';
import { StatePort } from './state-port.js';
import { openStorage } from './storage.js';
import { StorageFailure, storageFailureOf } from './store/storage-failure.js';
import { TcpTransport } from './transport/tcp-transport.js';

if (parentPort === null) throw new Error('this is the program of a thread');
const [data] = (await once(parentPort, 'message')) as [RaftWorkerData];
const main = data.context.port;
const telemetry = startTelemetry(data.context);
const logger = telemetry.logger.child('server').child('raft');

function tell(message: RaftToMain): void {
  main.postMessage(message);
}

/** Main ends the process when it hears `fatal`; a thread that exits at once may be noticed before its last message is. */
const LINGER_MS = 200;
/** A heartbeat interval is some multiple of this. */
const TICK_MS = 20;
/** Of a file that is read. */
const PIECE_BYTES = 256 * 1024;
let hasFailed = false;
let ticks: NodeJS.Timeout | undefined;

const self = { id: data.serverId, address: data.serverAddress };
const now = (): number => performance.now();
const transport = new TcpTransport({ self, streams: data.raftStreams, logger, now });

function fail(error: unknown): void {
  if (hasFailed) return;
  hasFailed = true;
  const failure = error instanceof StorageFailure ? error : storageFailureOf(error, data.dataDir ?? 'memory');
  tell({ kind: 'fatal', text: failure.message });
  telemetry.stop();
  setTimeout(() => process.exit(1), LINGER_MS);
}

async function start(): Promise<StartedServer> {
  const storage = await openStorage(data.dataDir, (id, problem) => {
    logger.error('failed to open snapshot', 'id', id, 'error', problem);
  });
  const leadership = new Leadership(data.leadership);
  const around = { leadership, logger, metrics: telemetry.metrics, failed: fail };
  const readFile = (path: string): AsyncIterable<Uint8Array> => createReadStream(path, { highWaterMark: PIECE_BYTES });
  const world = { transport, readFile, now, unixMs: Date.now, random: Math.random };
  const started = await startServer(data, storage, new StatePort(data.statePort), { ...around, ...world });
  connect(started);
  ticks = keepTime(started);
  return started;
}

/** From now on others are heard. What this server can't make out of what it is told ends it: its log may be another one. */
function connect({ core, shell }: StartedServer): void {
  const survive = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      fail(error);
    }
  };
  transport.connect({
    get term() {
      return core.term;
    },
    get lastIndex() {
      return core.log.last.index;
    },
    get configuration() {
      return core.configuration;
    },
    get leader() {
      return core.leader;
    },
    get contactMs() {
      return core.lastContactMs;
    },
    lost: (to, kind) => shell.lost(to, kind),
    stirs: (server) => shell.stirs(server),
    leaderGone: (leader) => survive(() => shell.leaderGone(leader)),
    receive: (message) => survive(() => shell.receiveFromPeer(message)),
    turn: () => survive(() => shell.turn()),
  });
}

/** Who leads nobody but itself needs no clock. */
function keepTime({ core, shell }: StartedServer): NodeJS.Timeout {
  const isAlone = (): boolean => core.role === 'leader' && core.configuration.servers.length === 1;
  shell.tick();
  return setInterval(() => {
    if (!isAlone()) shell.tick();
  }, TICK_MS).unref();
}

let server: StartedServer | null = null;
let settings = data.raft;

start().then((started) => {
  server = started;
  // Main may have reloaded meanwhile.
  server.reload(settings);
  tell({ kind: 'started' });
}, fail);

async function stop(): Promise<void> {
  clearInterval(ticks);
  transport.close();
  await server?.stop();
  await telemetry.finish();
  tell({ kind: 'stopped' });
  // A start that is cut off leaves the disk as a crash would, which it must survive anyway.
  if (server) main.close();
  else process.exit(0);
}

main.on('message', (message: MainToRaft) => {
  switch (message.kind) {
    case 'stop':
      stop().catch(fail);
      return;
    case 'log-level':
      telemetry.setLevel(message.level);
      return;
    case 'reload':
      settings = message.raft;
      server?.reload(settings);
      return;
  }
});
