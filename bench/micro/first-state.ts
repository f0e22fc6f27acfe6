// What the first state of a large pool costs the main thread of an agent that has just started: to read it, to merge it by the
// rules of Consul's LAN pool, to tell the state worker. Each round is a process of its own, since code that isn't compiled yet
// is most of it. CPU of the thread, so a busy machine shows in it less than in times.
// Usage: node --max-semi-space-size=2 dist/bench/micro/first-state.js [members] [rounds]

import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { CONSUL_LAN } from '../../src/main/gossip/core/settings.js';
import { CONSUL_SERF } from '../../src/main/gossip/serf/pool/options.js';
import { SerfCore } from '../../src/main/gossip/serf/serf-core.js';
import { StreamReader, type StreamState } from '../../src/main/gossip/wire/stream.js';
import { sealStream } from '../../src/main/gossip/wire/stream-sealing.js';
import { MemberPublisher } from '../../src/main/pools/member-publisher.js';
import { lanMergeRules } from '../../src/main/pools/merge-rules.js';
import { packChanges } from '../../src/wire/packed-members.js';
import { protectionWith } from '../../test/unit/main/gossip/protection.js';
import { cleanUpAtExit, temporaryDirectory } from '../cleanup.js';
import { crowdState } from '../load/crowd.js';
import { ownThreadMs } from '../process-usage.js';

const CHUNK_BYTES = 64 * 1024;
const NODE_ID = '11111111-2222-4333-8444-000000000001';
const SELF = { name: 'joiner', address: { ip: Uint8Array.of(127, 0, 0, 1), port: 8301 }, bindPort: 8301 };

type Figures = { readonly [part in 'read' | 'merge' | 'tell']: number };

function read(bytes: Uint8Array): Extract<StreamState, { kind: 'message' }> {
  const reader = new StreamReader(protectionWith(), false);
  let state: StreamState = { kind: 'waiting' };
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) state = reader.push(bytes.subarray(at, at + CHUNK_BYTES));
  while (state.kind === 'pause') state = reader.advance();
  if (state.kind !== 'message') throw new Error(state.kind);
  return state;
}

/** In a process of its own. */
async function measure(file: string): Promise<Figures> {
  const core = new SerfCore({
    self: { ...SELF, versionBytes: Uint8Array.of(1, 5, 2, 2, 5, 4) },
    gossip: CONSUL_LAN,
    serf: CONSUL_SERF,
    tags: new Map([
      ['role', 'node'],
      ['dc', 'dc1'],
      ['id', NODE_ID],
    ]),
    rules: lanMergeRules({ name: SELF.name, nodeId: NODE_ID, datacenter: 'dc1', isAllowedAddress: () => true }),
    random: Math.random,
    layerOverhead: () => 0,
    keyring: null,
    restored: { members: [], clock: 0, eventClock: 0, queryClock: 0 },
  });
  core.start(0);
  let told = 0;
  const publisher = new MemberPublisher('lan', (changes) => {
    told += packChanges(changes).names.length;
  });
  const bytes = fs.readFileSync(file);
  const beganMs = ownThreadMs();
  const { message } = read(bytes);
  if (message.type !== 'pushPull') throw new Error(message.type);
  const readMs = ownThreadMs();
  const merging = core.startMerge({ ...message.body, isJoin: true });
  for (let isMore = true; isMore; ) {
    isMore = merging.step(performance.now());
    for (const event of core.take().events) {
      if (event.kind === 'members') for (const member of event.members) publisher.changed(member);
    }
  }
  if (merging.problem !== null) throw new Error(merging.problem);
  const mergedMs = ownThreadMs();
  while (told < message.body.nodes.length) await new Promise((resolve) => setImmediate(resolve));
  return { read: readMs - beganMs, merge: mergedMs - readMs, tell: ownThreadMs() - mergedMs };
}

function medianOf(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}

async function compare(members: number, rounds: number): Promise<void> {
  cleanUpAtExit();
  const { directory, remove } = temporaryDirectory();
  const file = path.join(directory, 'state');
  fs.writeFileSync(file, sealStream({ type: 'pushPull', body: crowdState(members, 8301) }, protectionWith()));
  const found: Figures[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const program = [...process.execArgv, fileURLToPath(import.meta.url), '--state', file];
    const { stdout } = await promisify(execFile)(process.execPath, program);
    found.push(JSON.parse(stdout) as Figures);
  }
  remove();
  for (const part of ['read', 'merge', 'tell'] as const) {
    console.log(
      `${part.padEnd(6)} ${medianOf(found.map((figures) => figures[part]))
        .toFixed(0)
        .padStart(5)} ms of CPU`,
    );
  }
}

const [first = '10000', second = '5'] = process.argv.slice(2);
if (first === '--state') console.log(JSON.stringify(await measure(second)));
else await compare(Number(first), Number(second));
