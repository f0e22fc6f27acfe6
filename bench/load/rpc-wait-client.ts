// The clients of the row of RPC connections: each opens a connection to a server as a client agent does (yamux, msgpack-rpc),
// asks one blocking query on it, and does nothing but answer keepalives until the answer comes. A socket and a reader of
// frames are all that is kept of each, so that the load costs less than the servers do.

import net from 'node:net';
import { EncodeError } from '../../src/msgpack/errors.js';
import type { ReadSettings } from '../../src/workers/state/calls/read-settings.js';
import { rpcMethods } from '../../src/workers/state/rpc/rpc-methods.js';
import { sendRequest } from '../../src/workers/state/rpc/server/envelope.js';
import {
  Flag,
  FrameType,
  HEADER_BYTES,
  type Header,
  joinFrames,
  shortFrame,
} from '../../src/workers/state/rpc/yamux/frame.js';
import { FrameReader, type FrameSink } from '../../src/workers/state/rpc/yamux/frame-reader.js';
import { absoluteMs, serveCommands } from './load-process.js';

export type RpcWaitCommand =
  /** Opens `count` connections, to the ports in turn, each with one query from `index` on: the method's, as calls give it. */
  | {
      readonly do: 'wait';
      readonly ports: readonly number[];
      readonly count: number;
      readonly method: string;
      readonly request: unknown;
      readonly index: number;
      readonly consistency: ReadSettings['consistency'];
    }
  /** From now on answers are expected. */
  | { readonly do: 'expect' }
  /** Until all are there. */
  | { readonly do: 'collect' };

export interface RpcWaitResult {
  /** On the clock of `absoluteMs`, in order. */
  readonly answeredMs: readonly number[];
  readonly cpuMs: number;
}

type Wait = Extract<RpcWaitCommand, { readonly do: 'wait' }>;

const MULTIPLEXED = Buffer.of(4);
const STREAM = 1;
const WAIT_MS = 600_000;
const CONNECTS_AT_A_TIME = 64;
const COLLECT_WITHIN_MS = 60_000;
const buffer = Buffer.allocUnsafe(65_536);

let connections = 0;
const answeredMs: number[] = [];
let isExpected = false;
let failure: Error | null = null;
let expectedCpu = process.cpuUsage();

/** What every connection says first. */
function opening({ method, request, index, consistency }: Wait): Buffer {
  const settings: ReadSettings = { consistency, minIndex: index, waitMs: WAIT_MS, maxStaleMs: 0 };
  const body = rpcMethods.get(method)?.asking.readBody(request, settings, 'dc1', '');
  if (body === undefined || body === null || body instanceof EncodeError)
    throw new Error('the query has no form on the wire');
  const said: Uint8Array[] = [];
  sendRequest({ write: (bytes) => said.push(bytes) }, { Seq: 1, ServiceMethod: method }, body);
  const opened = shortFrame(FrameType.window, Flag.syn, STREAM, 0);
  const bytes = Buffer.concat(said);
  const frames = joinFrames([opened], [{ stream: STREAM, bytes }], opened.length + HEADER_BYTES + bytes.length);
  return Buffer.concat([MULTIPLEXED, frames]);
}

class Client implements FrameSink {
  readonly #socket: net.Socket;
  readonly #reader = new FrameReader();
  #isAnswered = false;

  constructor(port: number, first: Buffer, asked: (error: Error | null) => void) {
    this.#socket = net.connect({
      port,
      host: '127.0.0.1',
      noDelay: true,
      onread: {
        buffer,
        callback: (length) => {
          this.#reader.read(buffer.subarray(0, length), this);
          return true;
        },
      },
    });
    this.#socket.once('connect', () => this.#socket.write(first, () => asked(null)));
    this.#socket.once('error', asked);
    this.#socket.once('close', () => {
      if (!this.#isAnswered) failure ??= new Error('a waiting connection was closed by the server');
    });
  }

  begins({ type, flags, length, stream }: Header): boolean {
    if (type === FrameType.ping && (flags & Flag.syn) !== 0) {
      this.#socket.write(shortFrame(FrameType.ping, Flag.ack, stream, length));
    }
    return true;
  }

  payload(): void {
    if (this.#isAnswered) return;
    this.#isAnswered = true;
    if (!isExpected) failure ??= new Error('answered at once');
    answeredMs.push(absoluteMs());
  }

  frameOver(): void {}
}

async function wait(command: Wait): Promise<void> {
  const { ports, count } = command;
  const first = opening(command);
  let opened = 0;
  const opener = async (): Promise<void> => {
    while (opened < count) {
      const port = ports[opened % ports.length] ?? 0;
      opened += 1;
      await new Promise<void>((resolve, reject) => {
        new Client(port, first, (error) => (error === null ? resolve() : reject(error)));
      });
    }
  };
  await Promise.all(Array.from({ length: CONNECTS_AT_A_TIME }, opener));
  connections += count;
}

async function collect(): Promise<RpcWaitResult> {
  const until = performance.now() + COLLECT_WITHIN_MS;
  while (answeredMs.length < connections && failure === null) {
    if (performance.now() > until) throw new Error(`${answeredMs.length} of ${connections} were answered`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const { user, system } = process.cpuUsage(expectedCpu);
  return { answeredMs, cpuMs: (user + system) / 1000 };
}

serveCommands(async (command: RpcWaitCommand): Promise<RpcWaitResult> => {
  let result: RpcWaitResult = { answeredMs: [], cpuMs: 0 };
  if (command.do === 'wait') await wait(command);
  else if (command.do === 'expect') {
    isExpected = true;
    expectedCpu = process.cpuUsage();
  } else result = await collect();
  if (failure !== null) throw failure;
  return result;
});
