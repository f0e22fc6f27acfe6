// Several Serf machines that hear each other at once, on a clock of their own. Streams are carried out by merging both
// sides; a machine that is down hears and says nothing.

import assert from 'node:assert/strict';
import { addressText } from '../../../../../src/main/gossip/core/node.js';
import { LAN } from '../../../../../src/main/gossip/core/settings.js';
import { SERF, type SerfOptions } from '../../../../../src/main/gossip/serf/pool/options.js';
import type { SerfEvent } from '../../../../../src/main/gossip/serf/pool/output.js';
import { SerfCore } from '../../../../../src/main/gossip/serf/serf-core.js';
import { finish } from '../../../../../src/main/gossip/wire/steps.js';
import type { PushPull } from '../../../../../src/main/gossip/wire/stream-messages.js';
import { addressOfNode, PORT, seeded, VERSIONS } from '../core/rig.js';

export interface ClusterNode {
  readonly serf: SerfCore;
  readonly address: string;
  readonly events: SerfEvent[];
  isDown: boolean;
  /** What its disk says of a changed keyring; null: it is kept. */
  keyringProblem: string | null;
}

/** Node `n7` of 10.0.0.7, unless the changes say otherwise. */
export class SerfCluster {
  nowMs = 0;
  /** Addresses that refuse no stream and answer none. */
  readonly silent = new Set<string>();
  /** Addresses whose streams take so long, in milliseconds, from the connection to the end. */
  readonly slow = new Map<string, number>();
  readonly #running: { readonly endMs: number; readonly end: () => void }[] = [];
  readonly #nodes: ClusterNode[] = [];

  add(name: string, changes: Partial<SerfOptions> = {}): ClusterNode {
    const serf = new SerfCore({
      self: { name, address: addressOfNode(name), versionBytes: VERSIONS, bindPort: PORT },
      gossip: LAN,
      serf: SERF,
      tags: new Map([['role', name]]),
      rules: null,
      random: seeded(this.#nodes.length + 1),
      layerOverhead: () => 0,
      keyring: null,
      restored: null,
      ...changes,
    });
    const address = addressText(changes.self?.address ?? addressOfNode(name));
    const node: ClusterNode = { serf, address, events: [], isDown: false, keyringProblem: null };
    this.#nodes.push(node);
    assert.equal(serf.start(this.nowMs), null);
    return node;
  }

  #at(address: string): ClusterNode | undefined {
    return this.#nodes.find((node) => node.address === address && !node.isDown);
  }

  #merge(node: ClusterNode, state: PushPull): boolean {
    const merging = node.serf.startMerge(state);
    while (merging.step(this.nowMs));
    return merging.problem === null;
  }

  #exchange(from: ClusterNode, to: string, isJoin: boolean): boolean {
    const other = this.#at(to);
    if (other === undefined) return false;
    const [mine, theirs] = [from, other].map(({ serf }) => finish(serf.ownState(isJoin).steps)) as [PushPull, PushPull];
    this.#merge(other, mine);
    return this.#merge(from, theirs);
  }

  /** As a shell joins: states first, then the intent. */
  join(node: ClusterNode, to: ClusterNode, ignoresOld = true): void {
    assert.equal(node.serf.canJoin(), null);
    node.serf.beginJoin(ignoresOld);
    const isJoined = this.#exchange(node, to.address, true);
    node.serf.endJoin(isJoined ? 1 : 0, this.nowMs);
    this.settle();
  }

  /** Carries out what is to be done until nothing is. */
  settle(): void {
    for (let isQuiet = false; !isQuiet; ) {
      isQuiet = true;
      for (const node of this.#nodes) {
        const { packets, streams, events } = node.serf.take();
        node.events.push(...events);
        if (node.isDown) continue;
        for (const event of events) {
          if (event.kind !== 'keyring') continue;
          isQuiet = false;
          node.serf.keyringSaved(event.query, node.keyringProblem, this.nowMs);
        }
        for (const { to, message } of packets) {
          isQuiet = false;
          const [host = '', port = ''] = node.address.split(':');
          const from = { ip: Uint8Array.from(host.split('.').map(Number)), port: Number(port) };
          this.#at(addressText(to))?.serf.receive(message, from, this.nowMs);
        }
        for (const stream of streams) {
          isQuiet = false;
          if (stream.kind !== 'pushPull') continue;
          const to = addressText(stream.to);
          if (this.silent.has(to)) continue;
          const end = () => {
            const isMerged = this.#exchange(node, to, stream.isJoin);
            stream.onEnd?.(isMerged, this.nowMs);
          };
          const tookMs = this.slow.get(to);
          if (tookMs === undefined) end();
          else {
            stream.onConnected?.();
            this.#running.push({ endMs: this.nowMs + tookMs, end });
          }
        }
      }
    }
  }

  run(forMs: number): void {
    this.settle();
    const untilMs = this.nowMs + forMs;
    for (;;) {
      const due = this.#nodes.flatMap(({ serf, isDown }) => (isDown || serf.nextMs === null ? [] : [serf.nextMs]));
      const next = Math.min(...due, ...this.#running.map(({ endMs }) => endMs));
      if (next > untilMs) break;
      this.nowMs = Math.max(this.nowMs, next);
      for (const { serf, isDown } of this.#nodes) {
        if (!isDown && serf.nextMs !== null && serf.nextMs <= this.nowMs) serf.tick(this.nowMs);
      }
      const over = this.#running.filter(({ endMs }) => endMs <= this.nowMs);
      for (const running of over) {
        this.#running.splice(this.#running.indexOf(running), 1);
        running.end();
      }
      this.settle();
    }
    this.nowMs = untilMs;
  }
}

/** A pool of `n1` … in which everybody knows everybody. */
export function clusterOf(
  count: number,
  changes: (name: string) => Partial<SerfOptions> = () => ({}),
): { readonly cluster: SerfCluster; readonly nodes: readonly ClusterNode[] } {
  const cluster = new SerfCluster();
  const nodes = Array.from({ length: count }, (_, i) => cluster.add(`n${i + 1}`, changes(`n${i + 1}`)));
  const [first] = nodes;
  assert.ok(first !== undefined);
  for (const node of nodes.slice(1)) cluster.join(node, first);
  cluster.run(3000);
  for (const node of nodes) {
    assert.equal(node.serf.memberCount, count);
    node.events.length = 0;
  }
  return { cluster, nodes };
}
