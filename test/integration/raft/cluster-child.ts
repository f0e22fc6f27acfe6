// One server of a cluster as a process of its own, to be killed: the raft worker with its log, behind a listener. It takes one
// JSON order a line, and writes what happens as one JSON event a line: `{"applied":[index,"text"]}`, `{"leads":true}`.

import { createInterface } from 'node:readline';
import { RunningWorker } from './running-worker.js';

const [dataDir, serverId, port, timeout] = process.argv.slice(2);
if (dataDir === undefined || serverId === undefined || port === undefined) throw new Error('data-dir, ID and port');

function say(event: object): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

const worker = new RunningWorker({
  dataDir,
  serverId,
  serverPort: Number(port),
  bootstrap: false,
  // What is dropped after a snapshot soon is, so that who comes late needs the snapshot.
  raft: {
    heartbeatTimeoutMs: Number(timeout),
    electionTimeoutMs: Number(timeout),
    leaderLeaseMs: 200,
    trailingLogs: 5,
    snapshotIntervalMs: 600_000,
  },
});
let leads = false;
let applied = 0;
worker.watch(() => {
  if (worker.state.isLeader !== leads) {
    leads = worker.state.isLeader;
    say({ leads });
  }
  if (worker.state.applied.size === applied) return;
  applied = worker.state.applied.size;
  say({ applied, last: worker.state.lastCommand });
});
await worker.listening();
say({ listens: true });

for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line) as {
    readonly propose?: readonly string[];
    readonly snapshot?: true;
    readonly transfer?: { readonly id: string };
    readonly dump?: true;
  };
  if (order.propose) worker.state.propose(order.propose);
  if (order.transfer) worker.send({ kind: 'order', request: 0, order: { order: 'transfer', id: order.transfer.id } });
  if (order.snapshot) say({ snapshot: (await worker.ask('force-snapshot')).kind });
  if (order.dump) say({ dump: [...worker.state.applied], lines: worker.lines });
}
process.exit(0);
