// Five servers on hosts of their own, each with a disk of its own that can be filled, and what may be done to one of them.

import { type ChildProcess, execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { waitFor } from '../../../agent-process.js';
import { readerSettings, withoutReaders } from '../../readers/readers.js';
import { type Host, Hosts } from '../hosts.js';
import { Asker } from './askers.js';

const DISK = 'size=64m';
/** Of every second server, where threads can share a port: a client's connection is given to any of them. */
const READERS = 2;
const FILLER_STEP_BYTES = 256 * 1024;

export class Server {
  readonly name: string;
  readonly asker: Asker;
  readonly address: string;
  readonly #host: Host;
  readonly #disk: string;
  readonly #others: readonly string[];
  readonly #settings: readonly string[];
  readonly #log: string;
  #child: ChildProcess | null = null;
  #starts = 0;

  constructor(name: string, host: Host, folder: string, others: readonly string[], settings: readonly string[]) {
    this.name = name;
    this.address = host.address;
    this.#host = host;
    this.#others = others;
    this.#settings = settings;
    this.#log = path.join(folder, `${name}.log`);
    this.#disk = path.join(folder, name);
    fs.mkdirSync(this.#disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', DISK, 'tmpfs', this.#disk]);
    this.asker = new Asker(host);
  }

  get life(): string {
    return `${this.name}#${this.#starts}`;
  }

  get isRunning(): boolean {
    return this.#child !== null && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  get lastLines(): string {
    return fs.readFileSync(this.#log, 'utf8').slice(-3000);
  }

  start(): void {
    this.#starts += 1;
    this.#child = this.#host.agent(
      ...['-server', `-bootstrap-expect=${this.#others.length + 1}`, `-bind=${this.#host.address}`],
      ...[`-data-dir=${this.#disk}/data`, `-node=${this.name}`, '-log-level=info', ...this.#settings],
      ...this.#others.map((address) => `-retry-join=${address}`),
    );
    this.#child.stdout?.pipe(fs.createWriteStream(this.#log, { flags: 'a' }));
    this.#child.stderr?.pipe(fs.createWriteStream(this.#log, { flags: 'a' }));
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  async kill(): Promise<void> {
    if (!this.isRunning) return;
    const gone = new Promise((resolve) => this.#child?.on('exit', resolve));
    this.signal('SIGKILL');
    await gone;
  }

  cut(isCut: boolean): void {
    this.#host.cut(isCut);
  }

  /** Not a byte is free after it, until {@link clearDisk}. */
  fillDisk(): void {
    const filler = fs.openSync(path.join(this.#disk, 'filler'), 'w');
    try {
      for (let step = FILLER_STEP_BYTES; step >= 1; ) {
        try {
          fs.writeSync(filler, Buffer.alloc(step));
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
          step = Math.floor(step / 8);
        }
      }
    } finally {
      fs.closeSync(filler);
    }
  }

  clearDisk(): void {
    fs.rmSync(path.join(this.#disk, 'filler'), { force: true });
  }

  /** The leader's address as this server knows it, or "". */
  async leader(): Promise<string> {
    const { status, text } = await this.asker.get('/v1/status/leader');
    return status === 200 ? (JSON.parse(text) as string) : '';
  }

  /** Whether it answers what only a leader can, be it another one. */
  async serves(): Promise<boolean> {
    const { status } = await this.asker.get('/v1/kv/anything');
    return status === 200 || status === 404;
  }

  async remove(): Promise<void> {
    await this.kill();
    await this.asker.stop();
    execFileSync('umount', ['-l', this.#disk]);
  }
}

export class Servers {
  readonly all: Server[] = [];
  readonly #network: Hosts;
  readonly #folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lictor-chaos-'));

  constructor(count: number) {
    this.#network = new Hosts('chaos', count);
  }

  async start(): Promise<void> {
    this.#network.create();
    const { hosts } = this.#network;
    for (const [i, host] of hosts.entries()) {
      const others = hosts.filter((one) => one !== host).map(({ address }) => address);
      const settings = i % 2 === 0 && withoutReaders === false ? readerSettings(READERS) : [];
      this.all.push(new Server(`server-${i}`, host, this.#folder, others, settings));
    }
    for (const server of this.all) server.start();
    await this.calm();
  }

  /** All serve, and know one leader. */
  async calm(): Promise<Server> {
    let leader: Server | undefined;
    try {
      await waitFor(async () => {
        const served = await Promise.all(this.all.map((server) => server.serves()));
        const named = new Set(await Promise.all(this.all.map((server) => server.leader())));
        leader = this.all.find(({ address }) => named.has(`${address}:8300`));
        return served.every(Boolean) && named.size === 1 && leader !== undefined;
      }, 'all servers to serve under one leader');
    } catch (error) {
      throw new Error(`${String(error)}\n${this.lastLines}`);
    }
    return leader as Server;
  }

  /** Another server than this one leads, and one more says so. */
  async ledByAnother(server: Server): Promise<void> {
    const others = this.all.filter((one) => one !== server);
    await waitFor(async () => {
      const named = await Promise.all(others.map((one) => one.leader()));
      const leaders = others.filter(({ address }) => named.filter((one) => one === `${address}:8300`).length > 1);
      return leaders.length > 0;
    }, 'another server to lead');
  }

  get lastLines(): string {
    return this.all.map(({ name, lastLines }) => `--- ${name}\n${lastLines}`).join('\n');
  }

  /** Takes away what there is of it. */
  async remove(): Promise<void> {
    for (const server of this.all) await server.remove();
    this.#network.remove();
    fs.rmSync(this.#folder, { recursive: true, force: true });
  }
}
