// What the HTTP engines cost: a 250-byte JSON answer through the whole framework on both engines, beside bare sockets with
// llhttp, under wrk. Prints requests per second, and per CPU-second of the server; then the memory of waiting queries.
// Usage: node http.js [seconds] [connections]

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import net from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const SECONDS = Number(process.argv[2] ?? 5);
const CONNECTIONS = Number(process.argv[3] ?? 64);
const WAITING = 5000;

interface Report {
  readonly port?: number;
  readonly cpuSeconds: number;
  readonly rss: number;
  readonly waiting: number;
  readonly connections: number;
}

class Subject {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(script: string, args: readonly string[]) {
    const path = fileURLToPath(new URL(script, import.meta.url));
    this.#child = spawn(process.execPath, ['--expose-gc', path, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
    if (!this.#child.stdout) throw new Error('no output of the process under test');
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  async next(): Promise<Report> {
    const line = await this.#lines.next();
    if (line.done) throw new Error('the process under test ended');
    return JSON.parse(line.value) as Report;
  }

  report(): Promise<Report> {
    this.#child.stdin?.write('report\n');
    return this.next();
  }

  stop(): void {
    this.#child.stdin?.end();
  }
}

async function load(subject: Subject, port: number, path: string, label: string): Promise<void> {
  const url = `http://127.0.0.1:${port}${path}`;
  await run('wrk', ['-t1', `-c${CONNECTIONS}`, '-d2', url]);
  const before = await subject.report();
  const { stdout } = await run('wrk', ['-t1', `-c${CONNECTIONS}`, `-d${SECONDS}`, '--latency', url]);
  const after = await subject.report();
  const requests = Number(/(\d+) requests in/.exec(stdout)?.[1]);
  const perSecond = Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]);
  const failures = /Non-2xx.*|Socket errors.*/.exec(stdout)?.[0] ?? '';
  const perCpu = requests / (after.cpuSeconds - before.cpuSeconds);
  process.stdout.write(
    `${label.padEnd(22)} ${Math.round(perSecond)} req/s, ${Math.round(perCpu)} per CPU-second, ${Math.round(after.rss / 1e6)} MB ${failures}\n`,
  );
}

async function waitingMemory(subject: Subject, port: number, label: string): Promise<void> {
  const before = await subject.report();
  const sockets: net.Socket[] = [];
  for (let at = 0; at < WAITING; at++) {
    const socket = net.connect(port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write('GET /v1/kv/key?index=1000000&wait=300s HTTP/1.1\r\nHost: localhost\r\nUser-Agent: bench\r\n\r\n');
    sockets.push(socket);
    if (at % 250 === 249) await new Promise((resolve) => setTimeout(resolve, 20));
  }
  let after = await subject.report();
  while (after.waiting < WAITING) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    after = await subject.report();
  }
  const each = (after.rss - before.rss) / WAITING;
  process.stdout.write(`${label.padEnd(22)} ${Math.round(each)} bytes per waiting query (${after.waiting} waiting)\n`);
  for (const socket of sockets) socket.destroy();
}

const bare = new Subject('./http-bare.js', []);
await load(bare, (await bare.next()).port ?? 0, '/v1/hello', 'llhttp on net, bare');
bare.stop();
for (const engine of ['net', 'uws']) {
  const subject = new Subject('./http-server.js', [engine]);
  const { port = 0 } = await subject.next();
  await load(subject, port, '/v1/hello', `${engine} hello`);
  await load(subject, port, '/v1/kv/key', `${engine} read`);
  subject.stop();
  const fresh = new Subject('./http-server.js', [engine]);
  await waitingMemory(fresh, (await fresh.next()).port ?? 0, engine);
  fresh.stop();
}
