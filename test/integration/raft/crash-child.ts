// The process that gets killed: runs the raft worker, says what it recovered, then proposes without pause. Each line goes to
// the file given as the second argument with one write, so it outlives the process: `r index text`, `ready`, `a index text`.

import { openSync, writeSync } from 'node:fs';
import { RunningWorker } from './running-worker.js';

const [dataDir, record, round] = process.argv.slice(2);
if (dataDir === undefined || record === undefined || round === undefined) throw new Error('data-dir, file and round');
const file = openSync(record, 'a');

const worker = new RunningWorker({
  dataDir,
  raft: { snapshotThreshold: 400, snapshotIntervalMs: 15, trailingLogs: 50 },
  acknowledged: (index, text) => {
    writeSync(file, `a ${index} ${text}\n`);
  },
});
await worker.leading();
let lines = '';
for (const [index, text] of worker.state.applied) lines += `r ${index} ${text}\n`;
writeSync(file, `${lines}ready\n`);
for (let n = 0; ; n += 1) {
  await worker.until('room', () => worker.state.outstanding < 8);
  worker.state.propose([`${round}.${n}.a`, `${round}.${n}.b`]);
}
