// Load program: sends a number of prepared PUT requests over a few keep-alive connections, each as soon as the one before was
// answered, and reports how long that took. Exactly that many requests, each answered with 200.

import net from 'node:net';
import { serveCommands } from './load-process.js';
import { prepareRequests, type RequestBatch } from './requests.js';
import { ResponseReader } from './response-reader.js';

export interface PutCommand extends RequestBatch {
  readonly port: number;
  readonly connections: number;
}

export interface PutResult {
  /** From the first byte sent to the last answer. */
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

async function connect(port: number): Promise<net.Socket> {
  const socket = net.connect({ port, host: '127.0.0.1', noDelay: true });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  return socket;
}

async function run(command: PutCommand): Promise<PutResult> {
  const requests = prepareRequests(command);
  const times = new Float64Array(requests.length);
  const sockets = await Promise.all(Array.from({ length: command.connections }, () => connect(command.port)));
  let next = 0;
  const start = performance.now();
  try {
    await Promise.all(
      sockets.map(
        (socket) =>
          new Promise<void>((resolve, reject) => {
            const reader = new ResponseReader();
            let at = -1;
            let sentAt = 0;
            const send = (): void => {
              at = next;
              next += 1;
              const request = requests[at];
              if (request === undefined) {
                resolve();
                return;
              }
              sentAt = performance.now();
              socket.write(request);
            };
            socket.once('error', reject);
            socket.once('close', () => reject(new Error('the server closed the connection')));
            socket.on('data', (chunk: Buffer) => {
              try {
                const status = reader.feed(chunk);
                if (status === null) return;
                if (status !== 200)
                  throw new Error(`request ${at} was answered ${status}: ${chunk.toString().slice(-300)}`);
                times[at] = performance.now() - sentAt;
                send();
              } catch (error) {
                reject(error);
              }
            });
            send();
          }),
      ),
    );
  } finally {
    for (const socket of sockets) socket.destroy();
  }
  const seconds = (performance.now() - start) / 1000;
  times.sort();
  const quantile = (q: number): number => times[Math.min(times.length - 1, Math.floor(times.length * q))] ?? 0;
  return { seconds, p50Ms: quantile(0.5), p99Ms: quantile(0.99) };
}

serveCommands(run);
