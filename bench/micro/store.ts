// What the state store costs per operation: applying KV sets and registrations, reading one service, waking readers. The figures
// decide whether a read needs a cache (yes: per service) and whether registering depends on what a node already has (it must not).
// Usage: node dist/bench/micro/store.js

import type { Command } from '../../src/wire/commands.js';
import { writeSnapshot } from '../../src/workers/state/replica/snapshot/snapshot-write.js';
import { StateStore } from '../../src/workers/state/replica/state-store.js';
import { check, kv, register, service } from '../../test/unit/workers/state/replica/store/commands.js';

function report(name: string, operations: number, startedNs: bigint): void {
  const ns = Number(process.hrtime.bigint() - startedNs) / operations;
  console.log(`${name.padEnd(64)}${ns.toFixed(0).padStart(10)} ns/op`);
}

/** Commands are made before the clock starts: only applying them is measured. */
function applyAll(store: StateStore, name: string, commands: readonly Command[]): void {
  let index = store.appliedIndex;
  const started = process.hrtime.bigint();
  for (const command of commands) store.apply(++index, command);
  store.flush();
  report(name, commands.length, started);
}

function time(name: string, operations: number, run: (at: number) => unknown): void {
  let kept: unknown;
  for (let at = 0; at < Math.min(operations, 1000); at += 1) kept = run(at);
  const started = process.hrtime.bigint();
  for (let at = 0; at < operations; at += 1) kept = run(at);
  report(name, operations, started);
  if (kept === undefined) console.log(`${name}: no result`);
}

function sets(keys: number, rounds: number): Command[] {
  const commands: Command[] = [];
  for (let round = 0; round < rounds; round += 1) {
    for (let key = 0; key < keys; key += 1) {
      commands.push(kv('set', { Key: `bench/key-${key}`, Value: Buffer.from(`value ${round} ${'x'.repeat(200)}`) }));
    }
  }
  return commands;
}

function registrations(from: number, to: number, Node = 'big'): Command[] {
  const commands: Command[] = [];
  for (let at = from; at < to; at += 1) {
    const ID = `service-${at}`;
    const Service = service({ ID, Service: ID, Tags: ['a', 'b'], Address: '10.1.2.3' });
    const Check = check({ Node, CheckID: `service:${ID}`, ServiceID: ID, Type: 'http', Output: 'HTTP GET 200 OK' });
    commands.push(register({ Node, Service, Check, SkipNodeUpdate: true }));
  }
  return commands;
}

const keys = new StateStore();
applyAll(keys, 'kv set, 10,000 new keys', sets(10_000, 1));
applyAll(keys, 'kv set, 10,000 keys overwritten 20 times', sets(10_000, 20));
time('kv get', 1_000_000, (at) => keys.kv.get(`bench/key-${at % 10_000}`));
time('kv list of 10,000', 100, () => keys.kv.list('bench/'));

applyAll(new StateStore(), 'warm-up: register', registrations(0, 5000));
const one = new StateStore();
applyAll(one, 'register, services 0 … 100 of one node', registrations(0, 100));
applyAll(one, 'register, services 100 … 5,000 of one node', registrations(100, 5000));
applyAll(one, 'register, services 5,000 … 50,000 of one node', registrations(5000, 50_000));
applyAll(one, 'register again unchanged, 50,000 services', registrations(0, 50_000));
const flaps: Command[] = [];
for (let at = 0; at < 20_000; at += 1) {
  const ServiceID = `service-${(at * 7919) % 50_000}`;
  const Status = at % 2 === 0 ? 'critical' : 'passing';
  flaps.push(
    register({
      Node: 'big',
      SkipNodeUpdate: true,
      Check: check({ Node: 'big', CheckID: `service:${ServiceID}`, ServiceID, Status }),
    }),
  );
}
applyAll(one, 'check status change, node with 50,000 services', flaps);
time('serviceHealth, 1 instance on a node with 50,000 services', 1_000_000, (at) =>
  one.catalog.serviceHealth(`service-${at % 50_000}`),
);

const wide = new StateStore();
const instances: Command[] = [];
for (let at = 0; at < 80; at += 1) {
  const Node = `node-${at}`;
  const Check = check({ Node, CheckID: 'service:web', ServiceID: 'web' });
  const Checks = [check({ Node, CheckID: 'serfHealth' })];
  instances.push(register({ Node, Address: `10.0.0.${at}`, Service: service({ ID: 'web' }), Check, Checks }));
}
applyAll(wide, 'register, 80 instances of one service on 80 nodes', instances);
time('serviceHealth, 80 instances, unchanged', 1_000_000, () => wide.catalog.serviceHealth('web'));
let index = wide.appliedIndex;
time('serviceHealth, 80 instances, after a check changed', 20_000, (at) => {
  index += 1;
  const Check = check({ Node: 'node-7', CheckID: 'service:web', ServiceID: 'web', Output: String(at) });
  wide.apply(index, register({ Node: 'node-7', SkipNodeUpdate: true, Check }));
  return wide.catalog.serviceHealth('web');
});

let woken = 0;
const readers = 10_000;
for (let at = 0; at < readers; at += 1) wide.watches.watch(wide.targets.serviceHealth('web', true), () => woken++);
const started = process.hrtime.bigint();
wide.apply(index + 1, register({ Node: 'node-7', Service: service({ ID: 'web', Port: 99 }), SkipNodeUpdate: true }));
report('apply with 10,000 waiting readers', 1, started);
wide.flush();
report('… and the first slice of wakes', 1, started);

const streamed = process.hrtime.bigint();
let bytes = 0;
let worstNs = 0;
let last = process.hrtime.bigint();
for (const chunk of writeSnapshot(one.snapshot())) {
  const now = process.hrtime.bigint();
  worstNs = Math.max(worstNs, Number(now - last));
  last = now;
  bytes += chunk.length;
}
const totalMs = Number(process.hrtime.bigint() - streamed) / 1e6;
console.log(
  `snapshot of 50,000 services: ${(bytes / 1e6).toFixed(1)} MB in ${totalMs.toFixed(0)} ms, ` +
    `longest step ${(worstNs / 1e6).toFixed(1)} ms`,
);
setImmediate(() => console.log(`${woken} of ${readers} readers woken by the second turn`));
