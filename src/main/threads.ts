// The threads that an agent runs beside main: the state worker, on servers the raft worker with a port between the two. They
// are started together and stopped in order.

import { MessageChannel, type MessagePort, type Worker } from 'node:worker_threads';
import { joinHostPort } from '../gotext/host-port.js';
import type { DialConfig, RuntimeConfig } from '../wire/config.js';
import { AppliedProgress } from '../wire/raft/applied-progress.js';
import { Leadership } from '../wire/raft/leadership.js';
import type { MainToRaft, RaftToMain, RaftWorkerData } from '../wire/raft/raft-worker.js';
import type { MainToReader, ReaderToMain, ReaderWorkerData } from '../wire/reader-worker.js';
import { RequestRates } from '../wire/request-rates.js';
import type { MainToState, StateReaders, StateToMain, StateWorkerData } from '../wire/state-worker.js';
import type { LogLevel } from '../wire/thread-port.js';
import { type BegunThreads, readerName } from './begun-threads.js';
import { SupervisedWorker } from './supervised-worker.js';

export interface ThreadListener {
  fromState(message: StateToMain): void;
  /** From the raft worker or a reader. */
  fromOthers(message: RaftToMain | ReaderToMain): void;
  /** A thread ended by itself; `reason` is for the log. */
  lost(name: string, reason: string): void;
}

export interface Threads {
  toState(message: MainToState): void;
  setLogLevel(level: LogLevel): void;
  /** After the state worker has accepted it. */
  reload(config: RuntimeConfig): void;
  /** The result names the threads that still run: nothing but the end of the process ends them. */
  stop(deadlineMs: number): Promise<readonly string[]>;
}

/** Before the start nobody hears anything, and nothing needs to be stopped. */
export const notStarted: Threads = {
  toState: () => {},
  setLogLevel: () => {},
  reload: () => {},
  stop: () => Promise.resolve([]),
};

/** What a thread needs at least of the time for a stop, beyond what it is told. */
const STOP_MARGIN_MS = 1_000;
/** What each thread has at least, when those before it needed all the time there was. */
const LEAST_STOP_MS = 1_500;

/** `begun` wait for their orders, which they are given here. */
export function startThreads(
  config: RuntimeConfig,
  begun: BegunThreads,
  readersAnswerDns: boolean,
  listener: ThreadListener,
): Threads {
  if (begun.kind === 'client') return startClient(config, begun.state, listener);
  const readers = startReaders(config, begun.readers, readersAnswerDns, listener);
  return startServer(config, begun, readers, listener);
}

function startClient(config: RuntimeConfig, stateThread: Worker, listener: ThreadListener): Threads {
  const state = startState(config, stateThread, null, listener);
  return {
    toState: (message) => state.send(message),
    setLogLevel: (level) => state.send({ kind: 'log-level', level }),
    reload: () => {},
    stop: async (deadlineMs) => {
      await stopThread(state, deadlineMs);
      return gone([state]);
    },
  };
}

function startServer(
  config: RuntimeConfig,
  begun: Extract<BegunThreads, { kind: 'server' }>,
  readers: StartedReaders,
  listener: ThreadListener,
): Threads {
  const { leadership } = readers;
  const { port1, port2 } = new MessageChannel();
  const streams = new MessageChannel();
  const raft = new SupervisedWorker<MainToRaft, RaftToMain>({
    name: 'raft',
    thread: begun.raft,
    data: (context): RaftWorkerData => ({
      context,
      statePort: port2,
      readerPorts: readers.raftPorts,
      raftStreams: streams.port2,
      leadership,
      raft: config.raft,
      dialing: dialingOf(config),
      dataDir: config.devMode ? null : config.dataDir,
      serverId: config.nodeId,
      serverAddress: joinHostPort(config.advertiseAddress, config.ports.server),
      bootstrap: config.bootstrap || config.devMode || config.bootstrapExpect === 1,
      bootstrapExpect: config.bootstrapExpect,
    }),
    transfer: [port2, streams.port2, ...readers.raftPorts],
    logLevel: config.log.level,
    onMessage: (message) => listener.fromOthers(message),
    onLost: (reason) => listener.lost('raft', reason),
  });
  const ends = { port: port1, leadership, raftStreams: streams.port1, readers: readers.forState };
  const state = startState(config, begun.state, ends, listener);
  return {
    toState: (message) => state.send(message),
    setLogLevel: (level) => {
      raft.send({ kind: 'log-level', level });
      state.send({ kind: 'log-level', level });
      for (const reader of readers.threads) reader.send({ kind: 'log-level', level });
    },
    reload: (reloaded) => {
      raft.send({ kind: 'reload', raft: reloaded.raft, dialing: dialingOf(reloaded) });
      for (const reader of readers.threads) reader.send({ kind: 'reload', config: reloaded });
    },
    stop: async (deadlineMs) => {
      // The state worker first: it answers what is under way, which still needs the log.
      const untilMs = performance.now() + deadlineMs;
      const leftMs = (): number => Math.max(LEAST_STOP_MS, untilMs - performance.now());
      await stopThread(state, deadlineMs);
      const readersMs = leftMs();
      await Promise.all(readers.threads.map((reader) => stopThread(reader, readersMs)));
      await raft.stop({ kind: 'stop' }, leftMs());
      return gone([state, ...readers.threads, raft]);
    },
  };
}

/** No more than is needed: it goes with the rest of what the raft worker is told. */
function dialingOf({ tls, datacenter, dns: { domain } }: RuntimeConfig): DialConfig {
  return { tls, datacenter, dns: { domain } };
}

type ReaderThread = SupervisedWorker<MainToReader, ReaderToMain>;

interface StartedReaders {
  readonly threads: readonly ReaderThread[];
  /** Of a Leadership; all threads of the server read it. */
  readonly leadership: SharedArrayBuffer;
  /** The raft worker's ends, one a reader. */
  readonly raftPorts: readonly MessagePort[];
  readonly forState: StateReaders | null;
}

/** Their ports to the other threads are made before those are started. */
function startReaders(
  config: RuntimeConfig,
  begun: readonly Worker[],
  answerDns: boolean,
  listener: ThreadListener,
): StartedReaders {
  const leadership = new Leadership().buffer;
  if (begun.length === 0) return { threads: [], leadership, raftPorts: [], forState: null };
  const progress = new AppliedProgress().buffer;
  const requestRates = new RequestRates().buffer;
  const raftPorts: MessagePort[] = [];
  const statePorts: MessagePort[] = [];
  const threads = begun.map((thread, at) => {
    const toRaft = new MessageChannel();
    const toState = new MessageChannel();
    raftPorts.push(toRaft.port2);
    statePorts.push(toState.port2);
    const name = readerName(at);
    return new SupervisedWorker<MainToReader, ReaderToMain>({
      name,
      thread,
      data: (context): ReaderWorkerData => ({
        context,
        config,
        raft: { port: toRaft.port1, leadership },
        primary: toState.port1,
        progress,
        requestRates,
      }),
      transfer: [toRaft.port1, toState.port1],
      logLevel: config.log.level,
      onMessage: (message) => listener.fromOthers(message),
      onLost: (reason) => listener.lost(name, reason),
    });
  });
  return { threads, leadership, raftPorts, forState: { ports: statePorts, progress, requestRates, answerDns } };
}

type StateThread = SupervisedWorker<MainToState, StateToMain>;

function startState(
  config: RuntimeConfig,
  stateThread: Worker,
  raft: StateWorkerData['raft'],
  listener: ThreadListener,
): StateThread {
  return new SupervisedWorker<MainToState, StateToMain>({
    name: 'state',
    thread: stateThread,
    data: (context): StateWorkerData => ({ context, config, raft }),
    transfer: raft === null ? [] : [raft.port, raft.raftStreams, ...(raft.readers?.ports ?? [])],
    logLevel: config.log.level,
    onMessage: (message) => listener.fromState(message),
    onLost: (reason) => listener.lost('state', reason),
  });
}

/** Once they were told to stop. The result names those that still run. */
async function gone(
  threads: readonly Pick<StateThread, 'name' | 'hasEnded' | 'settled'>[],
): Promise<readonly string[]> {
  await Promise.all(threads.map((thread) => thread.settled()));
  return threads.filter(({ hasEnded }) => !hasEnded).map(({ name }) => name);
}

async function stopThread(thread: StateThread | ReaderThread, deadlineMs: number): Promise<void> {
  await thread.stop({ kind: 'stop', deadlineMs: deadlineMs - STOP_MARGIN_MS }, deadlineMs);
}
