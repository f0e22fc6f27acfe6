// Load program: thousands of blocking queries on one key, and the stretch from a write to the last of their answers. Answers
// are counted as they arrive and not looked into beyond their first bytes, into one buffer for all sockets: this client must
// not be what takes the time.

import net from 'node:net';
import { serveCommands } from './load-process.js';

export type WaitCommand =
  | { readonly do: 'wait'; readonly port: number; readonly count: number; readonly target: string }
  | { readonly do: 'write'; readonly port: number; readonly target: string; readonly body: string };

export interface WaitResult {
  /** `wait`: until all were sent; `write`: from the write until the last answer. */
  readonly ms: number;
  /** This process's own CPU time of that stretch. */
  readonly cpuMs: number;
  /** `write`: until the first answer, and until half of them. */
  readonly firstMs: number;
  readonly medianMs: number;
}

const CONNECTS_AT_A_TIME = 64;
const OK = Buffer.from('HTTP/1.1 200');
const buffer = Buffer.allocUnsafe(65536);
const sockets: net.Socket[] = [];
let answered = 0;
let expectsAnswers = false;
let onAnswer: () => void = () => {};
let failure: Error | null = null;

function open(port: number, request: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let done = false;
    const socket = net.connect({
      port,
      host: '127.0.0.1',
      noDelay: true,
      onread: {
        buffer,
        callback: (length) => {
          if (done) return true;
          done = true;
          if (!expectsAnswers)
            fail(new Error(`answered at once: ${buffer.toString('latin1', 0, Math.min(length, 300))}`));
          else if (buffer.compare(OK, 0, OK.length, 0, OK.length) !== 0) {
            fail(new Error(`not answered 200: ${buffer.toString('latin1', 0, Math.min(length, 300))}`));
          }
          answered += 1;
          onAnswer();
          return true;
        },
      },
    });
    sockets.push(socket);
    socket.once('connect', () => socket.write(request, 'latin1', () => resolve()));
    socket.once('error', reject);
    socket.once('close', () => {
      if (!done) fail(new Error('a waiting connection was closed by the server'));
    });
  });
}

function fail(error: Error): void {
  failure ??= error;
  onAnswer();
}

async function wait(port: number, count: number, target: string): Promise<void> {
  for (const socket of sockets.splice(0)) {
    socket.removeAllListeners('close');
    socket.destroy();
  }
  answered = 0;
  expectsAnswers = false;
  onAnswer = () => {};
  const request = `GET ${target} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`;
  let opened = 0;
  const opener = async (): Promise<void> => {
    while (opened < count) {
      opened += 1;
      await open(port, request);
    }
  };
  await Promise.all(Array.from({ length: CONNECTS_AT_A_TIME }, opener));
}

async function write(port: number, target: string, body: string): Promise<WaitResult> {
  const writer = net.connect({ port, host: '127.0.0.1', noDelay: true });
  await new Promise<void>((resolve, reject) => {
    writer.once('connect', resolve);
    writer.once('error', reject);
  });
  const total = sockets.length;
  let firstMs = 0;
  let medianMs = 0;
  expectsAnswers = true;
  const cpu = process.cpuUsage();
  const start = performance.now();
  writer.write(
    `PUT ${target} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
  await new Promise<void>((resolve) => {
    onAnswer = () => {
      if (answered === 1) firstMs = performance.now() - start;
      if (answered === total >> 1) medianMs = performance.now() - start;
      if (answered === total || failure !== null) resolve();
    };
  });
  const ms = performance.now() - start;
  const used = process.cpuUsage(cpu);
  writer.destroy();
  return { ms, cpuMs: (used.user + used.system) / 1000, firstMs, medianMs };
}

serveCommands(async (command: WaitCommand): Promise<WaitResult> => {
  const start = performance.now();
  let result: WaitResult;
  if (command.do === 'wait') {
    const cpu = process.cpuUsage();
    await wait(command.port, command.count, command.target);
    const used = process.cpuUsage(cpu);
    result = { ms: performance.now() - start, cpuMs: (used.user + used.system) / 1000, firstMs: 0, medianMs: 0 };
  } else {
    result = await write(command.port, command.target, command.body);
  }
  if (failure !== null) throw failure;
  return result;
});
