// The tutorial's three servers, each on a host of its own, with the tutorial's flags and nothing else: nothing joins by itself.
// More hosts may stand beside them.

import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { waitFor } from '../../agent-process.js';
import { type Host, Hosts } from './hosts.js';

export const SERVERS = ['consul1', 'consul2', 'consul3'];

export class TutorialServers {
  /** The servers' hosts, in the order of {@link SERVERS}. */
  readonly hosts: readonly Host[];
  /** Those beside them. */
  readonly others: readonly Host[];
  readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lictor-tutorial-'));
  readonly #network: Hosts;
  readonly #running = new Map<Host, ChildProcess>();

  /** {@link remove} has to follow {@link create}, whatever happens. */
  constructor(name: string, others = 0) {
    this.#network = new Hosts(name, SERVERS.length + others);
    this.hosts = this.#network.hosts.slice(0, SERVERS.length);
    this.others = this.#network.hosts.slice(SERVERS.length);
  }

  create(): void {
    this.#network.create();
  }

  nameOf(host: Host): string {
    return SERVERS[this.hosts.indexOf(host)] ?? `beside${this.others.indexOf(host)}`;
  }

  startServer(host: Host): void {
    const client = ['-client=0.0.0.0', '-ui'];
    this.start(host, '-server', '-bootstrap-expect', '2', ...client);
  }

  /** An agent of whatever kind, with its log and its data under the host's name. */
  start(host: Host, ...flags: readonly string[]): void {
    const name = this.nameOf(host);
    const child = host.agent(...flags, `-bind=${host.address}`, `-data-dir=${this.folder}/${name}`, `-node=${name}`);
    const log = fs.createWriteStream(`${this.folder}/${name}.log`, { flags: 'a' });
    // Whichever ends first leaves it to the other.
    child.stdout?.pipe(log, { end: false });
    child.stderr?.pipe(log, { end: false });
    child.once('close', () => log.end());
    this.#running.set(host, child);
  }

  async stop(host: Host, signal: NodeJS.Signals): Promise<void> {
    const child = this.#running.get(host);
    if (child === undefined) return;
    this.#running.delete(host);
    const gone = new Promise((resolve) => child.on('exit', resolve));
    child.kill(signal);
    await gone;
  }

  logOf(host: Host): string {
    return fs.readFileSync(`${this.folder}/${this.nameOf(host)}.log`, 'utf8').slice(-4000);
  }

  /** "" when it knows none, or doesn't answer. */
  async leaderSeenBy(host: Host): Promise<string> {
    const { text } = await host.http('GET', 'http://127.0.0.1:8500/v1/status/leader');
    return text.replaceAll('"', '').trim();
  }

  /** The one leader that all of them name. */
  async commonLeader(...hosts: readonly Host[]): Promise<Host> {
    let leader = '';
    const isCommon = async (): Promise<boolean> => {
      const seen = new Set(await Promise.all(hosts.map((host) => this.leaderSeenBy(host))));
      leader = [...seen][0] ?? '';
      return seen.size === 1 && leader !== '';
    };
    try {
      await waitFor(isCommon, 'a leader that all name');
    } catch (error) {
      throw new Error(`${String(error)}\n${hosts.map((host) => this.logOf(host)).join('\n---\n')}`);
    }
    const host = this.hosts.find(({ address }) => leader === `${address}:8300`);
    assert.ok(host, `${leader} is none of the servers`);
    return host;
  }

  /** Until all three have a vote, as this one is told. */
  async allVote(asked: Host): Promise<void> {
    await waitFor(async () => {
      const { status, text } = await asked.http('GET', 'http://127.0.0.1:8500/v1/operator/raft/configuration');
      if (status !== 200) return false;
      const { Servers: known } = JSON.parse(text) as { readonly Servers: readonly { readonly Voter: boolean }[] };
      return known.filter(({ Voter: votes }) => votes).length === SERVERS.length;
    }, 'three voters');
  }

  /** Takes away what there is of it. */
  async remove(): Promise<void> {
    await Promise.all([...this.#running.keys()].map((host) => this.stop(host, 'SIGKILL')));
    this.#network.remove();
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}
