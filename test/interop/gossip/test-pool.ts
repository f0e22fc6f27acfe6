// A pool of one test: starts members of any kind with short intervals, waits for what they see of each other, and ends
// everything with the test.

import assert from 'node:assert/strict';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { temporaryDirectory } from '../../temporary.js';
import { freePlace } from './addresses.js';
import { NodeProcess, type ProcessPeer } from './node-process.js';
import type { Program } from './programs.js';
import type { Member, NodeOptions, Peer, QueryOptions, Timing } from './protocol.js';
import { SerfAgent } from './serf-agent.js';

const POLL_MS = 50;
const CONVERGENCE_DEADLINE_MS = 60_000;
/** What tests that hold a failure to its time give a busy machine beyond that; the core's own tests are exact. */
export const MACHINE_MS = 10_000;

/** Half of the LAN profile's, and what waits for seconds only in the stock library shortened. */
export const FAST: Timing = {
  probeIntervalMs: 500,
  probeTimeoutMs: 250,
  gossipIntervalMs: 50,
  pushPullIntervalMs: 5_000,
  suspicionMult: 4,
  reconnectIntervalMs: 1_000,
  propagateDelayMs: 500,
};

export function query(name: string, payload: string, more: Partial<QueryOptions> = {}): QueryOptions {
  return {
    name,
    payload,
    timeoutMs: 1_000,
    filterNodes: [],
    filterTags: {},
    requestAck: false,
    relayFactor: 0,
    ...more,
  };
}

/** Asks until the condition holds. `describe` says at the deadline what is the case instead. */
export async function eventually(
  condition: () => Promise<boolean> | boolean,
  describe: () => Promise<string> | string,
  deadlineMs = CONVERGENCE_DEADLINE_MS,
): Promise<void> {
  const until = Date.now() + deadlineMs;
  while (!(await condition())) {
    if (Date.now() > until) assert.fail(`not after ${deadlineMs} ms: ${await describe()}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

export function statusOf(members: readonly Member[], name: string): string {
  return members.find((member) => member.name === name)?.status ?? 'unknown';
}

/** Until each of `peers` sees the member so. */
export async function seen(
  peers: readonly Peer[],
  name: string,
  status: Member['status'] | 'unknown',
  deadlineMs = CONVERGENCE_DEADLINE_MS,
): Promise<void> {
  await Promise.all(
    peers.map((peer) =>
      eventually(
        async () => statusOf(await peer.members(), name) === status,
        async () =>
          `${name} is ${statusOf(await peer.members(), name)}, not ${status}, for ${peer.name}\n${tail(peer.log())}`,
        deadlineMs,
      ),
    ),
  );
}

/** Until all of them see all of them alive. */
export async function together(peers: readonly Peer[], deadlineMs = CONVERGENCE_DEADLINE_MS): Promise<void> {
  await Promise.all(peers.map(({ name }) => seen(peers, name, 'alive', deadlineMs)));
}

export async function tagsSeen(peers: readonly Peer[], name: string, tags: Member['tags']): Promise<void> {
  for (const peer of peers) {
    let found: Member['tags'] | undefined;
    await eventually(
      async () => {
        found = (await peer.members()).find((member) => member.name === name)?.tags;
        return found !== undefined && isEqual(found, tags);
      },
      () => `tags of ${name} are ${JSON.stringify(found)} for ${peer.name}`,
    );
  }
}

function isEqual(a: Member['tags'], b: Member['tags']): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}

function tail(log: string): string {
  return log.split('\n').slice(-30).join('\n');
}

export type StartOptions = Partial<Omit<NodeOptions, 'name'>>;

/** What a started member is known by: itself, how to kill it, and what to start it with again. */
export interface Started<P extends Peer = Peer> {
  readonly peer: P;
  readonly options: NodeOptions;
  /** kill -9 of the process. */
  kill(): Promise<void>;
}

export class TestPool {
  readonly folder: string;
  readonly #ends: (() => Promise<void>)[] = [];

  constructor(context: TestContext) {
    context.after(async () => {
      await Promise.all(this.#ends.map((end) => end()));
    });
    this.folder = temporaryDirectory(context);
  }

  /** A process that runs nodes. */
  process(program: Program, namespace: string | null = null): NodeProcess {
    const started = new NodeProcess(program, namespace);
    this.#ends.push(() => started.kill());
    return started;
  }

  async options(name: string, more: StartOptions = {}): Promise<NodeOptions> {
    const place = more.address === undefined ? await freePlace() : {};
    return {
      kind: 'serf',
      name,
      address: '',
      port: 0,
      tags: {},
      keys: [],
      label: '',
      timing: FAST,
      snapshot: '',
      rejoinAfterLeave: false,
      userCoalesceMs: 0,
      ...place,
      ...more,
    };
  }

  /** One node in a process of its own. */
  async node(program: Program, name: string, more: StartOptions = {}): Promise<Started<ProcessPeer>> {
    const options = await this.options(name, more);
    const process = this.process(program);
    return { peer: await process.start(options), options, kill: () => process.kill() };
  }

  async agent(name: string, more: StartOptions = {}, namespace: string | null = null): Promise<Started<SerfAgent>> {
    const options = await this.options(name, more);
    const rpc = namespace === null ? await freePlace() : { address: options.address, port: 7373 };
    const rpcAddress = `${rpc.address}:${rpc.port}`;
    const peer = await SerfAgent.start(options, { folder: this.folder, rpcAddress, namespace });
    this.#ends.push(() => peer.kill());
    return { peer, options, kill: () => peer.kill() };
  }

  snapshot(name: string): string {
    return path.join(this.folder, `${name}.snapshot`);
  }
}
