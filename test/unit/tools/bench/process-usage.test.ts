import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  parseMachineCpu,
  parseStat,
  parseStatus,
  readCpu,
  readMachineCpu,
  readMemory,
  readThreads,
} from '../../../../bench/process-usage.js';

describe('what Linux says about a process', () => {
  it('is read behind a command name with blanks and parentheses', () => {
    const line = '42 (a) b (c) S 1 42 42 0 -1 4194560 1 0 0 0 250 50 700 300 20 0 11 0 1 2 3';
    assert.deepEqual(parseStat(line), { seconds: 3, reapedSeconds: 10 });
  });

  it('gives memory in bytes', () => {
    const text = 'Name:\tnode\nVmPeak:\t 9 kB\nVmHWM:\t    2048 kB\nVmRSS:\t    1024 kB\n';
    assert.deepEqual(parseStatus(text), { rssBytes: 1024 * 1024, peakRssBytes: 2048 * 1024 });
  });

  it('counts everything but idling and waiting for disks as busy', () => {
    assert.equal(parseMachineCpu('cpu  100 200 300 4000 5000 10 20 70 0 0\ncpu0 1 1 1 1\n'), 7);
  });

  it('agrees with what the process itself counts', () => {
    const until = performance.now() + 100;
    while (performance.now() < until) Math.sqrt(until);
    const { user, system } = process.cpuUsage();
    assert.ok(Math.abs(readCpu(process.pid).seconds - (user + system) / 1e6) < 0.2);
    const rss = process.memoryUsage.rss();
    assert.ok(Math.abs(readMemory(process.pid).rssBytes - rss) < rss / 4);
    assert.ok(readThreads(process.pid).has(String(process.pid)));
    assert.ok(readMachineCpu() >= readCpu(process.pid).seconds - 0.1);
  });
});
