// Two halves of a network in namespaces of their own, joined by a bridge in a third: nothing of it is to be seen outside.
// Packets of UDP are lost at random on arrival, and the halves can be cut from each other. (Dropped on the way out, a packet
// would be an error for its sender; the queueing discipline that could do better isn't in every kernel.)

import { execFileSync } from 'node:child_process';

const COMMAND_DEADLINE_MS = 10_000;

export type Half = 'a' | 'b';
const HALVES: readonly Half[] = ['a', 'b'];
const SUBNET: Readonly<Record<Half, string>> = { a: '10.77.1', b: '10.77.2' };

function other(half: Half): Half {
  return half === 'a' ? 'b' : 'a';
}

function ip(...args: readonly string[]): void {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'], timeout: COMMAND_DEADLINE_MS });
}

export class DividedNetwork {
  readonly #name = `lictor-${process.pid}`;
  readonly #addresses: number;

  /** `addresses`: how many each half gets. {@link remove} has to follow, whatever happens. */
  constructor(addresses: number) {
    this.#addresses = addresses;
  }

  namespace(half: Half): string {
    return `${this.#name}-${half}`;
  }

  /** `index` from 0. */
  address(half: Half, index: number): string {
    return `${SUBNET[half]}.${index + 1}`;
  }

  create(): void {
    const hub = `${this.#name}-hub`;
    ip('netns', 'add', hub);
    ip('-n', hub, 'link', 'add', 'bridge', 'type', 'bridge');
    ip('-n', hub, 'link', 'set', 'bridge', 'up');
    for (const half of HALVES) {
      const namespace = this.namespace(half);
      ip('netns', 'add', namespace);
      ip('-n', hub, 'link', 'add', `half-${half}`, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', namespace);
      ip('-n', hub, 'link', 'set', `half-${half}`, 'master', 'bridge', 'up');
      ip('-n', namespace, 'link', 'set', 'lo', 'up');
      ip('-n', namespace, 'link', 'set', 'eth0', 'up');
      for (let index = 0; index < this.#addresses; index += 1) {
        ip('-n', namespace, 'address', 'add', `${this.address(half, index)}/16`, 'dev', 'eth0');
      }
    }
  }

  #filter(half: Half, ...args: readonly string[]): void {
    ip('netns', 'exec', this.namespace(half), 'iptables', '-w', ...args);
  }

  /** Loses this share of the packets that arrive, also of those between nodes of one half. */
  lose(share: number): void {
    for (const half of HALVES) {
      const losing = ['-m', 'statistic', '--mode', 'random', '--probability', String(share)];
      this.#filter(half, '-A', 'INPUT', '-p', 'udp', ...losing, '-j', 'DROP');
    }
  }

  cut(): void {
    for (const half of HALVES) this.#filter(half, '-I', 'INPUT', '-s', `${SUBNET[other(half)]}.0/24`, '-j', 'DROP');
  }

  heal(): void {
    for (const half of HALVES) this.#filter(half, '-D', 'INPUT', '-s', `${SUBNET[other(half)]}.0/24`, '-j', 'DROP');
  }

  /** Takes away what there is of it. */
  remove(): void {
    for (const part of [...HALVES, 'hub']) {
      try {
        ip('netns', 'del', `${this.#name}-${part}`);
      } catch {
        // The creation didn't come so far.
      }
    }
  }
}
