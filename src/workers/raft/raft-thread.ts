// The raft worker put together: it opens the storage, restores the newest snapshot into the state worker, starts the server,
// and obeys main. A disk that can't be used ends the thread with one line to main and code 1.

import { createReadStream } from 'node:fs';
import type { Logger } from '../../observe/logger.js';
import { startTelemetry, type Telemetry } from '../../observe/worker-telemetry.js';
import { ServerDialer } from '../../tls/server-dialer.js';
import { Leadership } from '../../wire/raft/leadership.js';
import type { MainToRaft, RaftToMain, RaftWorkerData } from '../../wire/raft/raft-worker.js';
import { type StartedServer, startServer } from './start.js';
import { StatePort } from './state-port.js';
import { openStorage } from './storage.js';
import { StorageFailure, storageFailureOf } from './store/storage-failure.js';
import { TcpTransport } from './transport/tcp-transport.js';

/** Main ends the process when it hears `fatal`; a thread that exits at once may be noticed before its last message is. */
const LINGER_MS = 200;
/** A heartbeat interval is some multiple of this. */
const TICK_MS = 20;
/** Of a file that is read. */
const PIECE_BYTES = 256 * 1024;

const now = (): number => performance.now();

export class RaftThread {
  readonly #data: RaftWorkerData;
  readonly #telemetry: Telemetry;
  readonly #logger: Logger;
  readonly #transport: TcpTransport;
  readonly #failed = (error: unknown): void => this.#fail(error);
  #hasFailed = false;
  #ticks: NodeJS.Timeout | undefined;
  #server: StartedServer | null = null;
  readonly #dialer: ServerDialer;
  #settings: RaftWorkerData['raft'];

  constructor(data: RaftWorkerData) {
    this.#data = data;
    this.#settings = data.raft;
    this.#telemetry = startTelemetry(data.context);
    this.#logger = this.#telemetry.logger.child('server').child('raft');
    const self = { id: data.serverId, address: data.serverAddress };
    this.#dialer = new ServerDialer(data.dialing);
    const { raftStreams: streams } = data;
    this.#transport = new TcpTransport({ self, streams, logger: this.#logger, now, dialer: this.#dialer });
  }

  run(): void {
    this.#start().then((started) => {
      this.#server = started;
      // Main may have reloaded meanwhile.
      started.reload(this.#settings);
      this.#tell({ kind: 'started' });
    }, this.#failed);
    this.#data.context.port.on('message', (message: MainToRaft) => this.#obey(message));
  }

  #obey(message: MainToRaft): void {
    switch (message.kind) {
      case 'stop':
        this.#stop().catch(this.#failed);
        return;
      case 'log-level':
        this.#telemetry.setLevel(message.level);
        return;
      case 'reload':
        this.#settings = message.raft;
        this.#dialer.reload(message.dialing);
        this.#server?.reload(message.raft);
        return;
    }
  }

  #tell(message: RaftToMain): void {
    this.#data.context.port.postMessage(message);
  }

  #fail(error: unknown): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    const failure = error instanceof StorageFailure ? error : storageFailureOf(error, this.#data.dataDir ?? 'memory');
    this.#tell({ kind: 'fatal', text: failure.message });
    this.#telemetry.stop();
    setTimeout(() => process.exit(1), LINGER_MS);
  }

  async #start(): Promise<StartedServer> {
    const data = this.#data;
    const logger = this.#logger;
    const storage = await openStorage(data.dataDir, (id, problem) => {
      logger.error('failed to open snapshot', 'id', id, 'error', problem);
    });
    const leadership = new Leadership(data.leadership);
    const around = { leadership, logger, metrics: this.#telemetry.metrics, failed: this.#failed };
    const readFile = (path: string): AsyncIterable<Uint8Array> =>
      createReadStream(path, { highWaterMark: PIECE_BYTES });
    const world = { transport: this.#transport, readFile, now, unixMs: Date.now, random: Math.random };
    const started = await startServer(data, storage, new StatePort(data.statePort), { ...around, ...world });
    for (const port of data.readerPorts) started.replicas.attach(new StatePort(port));
    this.#connect(started);
    this.#ticks = keepTime(started);
    return started;
  }

  /** From now on others are heard. What this server can't make out of what it is told ends it: its log may be another one. */
  #connect({ core, shell }: StartedServer): void {
    const survive = (work: () => void): void => {
      try {
        work();
      } catch (error) {
        this.#fail(error);
      }
    };
    this.#transport.connect({
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

  async #stop(): Promise<void> {
    clearInterval(this.#ticks);
    this.#transport.close();
    await this.#server?.stop();
    await this.#telemetry.finish();
    this.#tell({ kind: 'stopped' });
    // A start that is cut off leaves the disk as a crash would, which it must survive anyway.
    if (this.#server) this.#data.context.port.close();
    else process.exit(0);
  }
}

/** Who leads nobody but itself needs no clock. */
function keepTime({ core, shell }: StartedServer): NodeJS.Timeout {
  const isAlone = (): boolean => core.role === 'leader' && core.configuration.servers.length === 1;
  shell.tick();
  return setInterval(() => {
    if (!isAlone()) shell.tick();
  }, TICK_MS).unref();
}
