// Calibration program: how many entries classic-level takes in synced batches of 64, one batch at a time. Arguments: the
// directory to write into, and for how many seconds.

import path from 'node:path';
import { ClassicLevel } from 'classic-level';

const BATCH = 64;
const ENTRY_BYTES = 128;
const WARM_UP_BATCHES = 200;

const [, , directory = '.', seconds = '3'] = process.argv;
const level = new ClassicLevel<Buffer, Buffer>(path.join(directory, `level-${process.pid}`), {
  keyEncoding: 'buffer',
  valueEncoding: 'buffer',
});
await level.open();
const value = Buffer.alloc(ENTRY_BYTES, 0x61);
let index = 0n;

async function writeBatch(): Promise<void> {
  const operations = Array.from({ length: BATCH }, () => {
    const key = Buffer.allocUnsafe(8);
    key.writeBigUInt64BE(index);
    index += 1n;
    return { type: 'put' as const, key, value };
  });
  await level.batch(operations, { sync: true });
}

for (let i = 0; i < WARM_UP_BATCHES; i += 1) await writeBatch();
const start = performance.now();
const until = start + Number(seconds) * 1000;
let batches = 0;
while (performance.now() < until) {
  await writeBatch();
  batches += 1;
}
const perSecond = (batches * BATCH) / ((performance.now() - start) / 1000);
await level.close();
process.stdout.write(`${JSON.stringify({ perSecond })}\n`);
process.stdin.on('end', () => process.exit(0)).resume();
