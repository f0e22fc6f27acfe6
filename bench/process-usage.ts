// CPU and memory of a process as Linux counts them (proc(5)), all its threads included.

import fs from 'node:fs';

/** USER_HZ: fixed at 100 on every architecture Linux reports to user space on. */
const TICKS_PER_SECOND = 100;
const BYTES_PER_KB = 1024;

export interface ProcessCpu {
  /** User and system time of all threads, in seconds. */
  readonly seconds: number;
  /** The same of children that ended and were waited for. */
  readonly reapedSeconds: number;
}

export interface ProcessMemory {
  readonly rssBytes: number;
  readonly peakRssBytes: number;
}

export function readCpu(pid: number): ProcessCpu {
  return parseStat(fs.readFileSync(`/proc/${pid}/stat`, 'latin1'));
}

/** The command's name in a stat line may hold blanks and parentheses: the fields start behind the last one. */
export function parseStat(line: string): ProcessCpu {
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  const ticks = (at: number): number => Number(fields[at] ?? 0);
  return {
    seconds: (ticks(11) + ticks(12)) / TICKS_PER_SECOND,
    reapedSeconds: (ticks(13) + ticks(14)) / TICKS_PER_SECOND,
  };
}

export interface ThreadCpu {
  /** As the kernel knows it: `node` for main and every worker, else what V8 or libuv called it. */
  readonly name: string;
  readonly seconds: number;
}

/** CPU of each thread by its id. */
export function readThreads(pid: number): Map<string, ThreadCpu> {
  const threads = new Map<string, ThreadCpu>();
  for (const thread of fs.readdirSync(`/proc/${pid}/task`)) {
    try {
      const line = fs.readFileSync(`/proc/${pid}/task/${thread}/stat`, 'latin1');
      const name = line.slice(line.indexOf('(') + 1, line.lastIndexOf(')'));
      threads.set(thread, { name, seconds: parseStat(line).seconds });
    } catch {
      // The thread ended between the listing and the reading.
    }
  }
  return threads;
}

/** Processor time of the calling process's main thread, ms: finer than {@link readThreads}, though not below the scheduler's tick. */
export function ownThreadMs(): number {
  return Number(fs.readFileSync('/proc/self/schedstat', 'latin1').split(' ', 1)[0]) / 1e6;
}

export function readMemory(pid: number): ProcessMemory {
  return parseStatus(fs.readFileSync(`/proc/${pid}/status`, 'latin1'));
}

/** Of the memory that several processes share, each is counted its part (PSS). */
export function readShareBytes(pid: number): number {
  const text = fs.readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1');
  return Number(/^Pss:\s+(\d+) kB$/m.exec(text)?.[1] ?? 0) * BYTES_PER_KB;
}

export function parseStatus(text: string): ProcessMemory {
  const bytes = (field: string): number =>
    Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1] ?? 0) * BYTES_PER_KB;
  return { rssBytes: bytes('VmRSS'), peakRssBytes: bytes('VmHWM') };
}

/** Seconds all cores together spent not idle; what a hypervisor took counts as busy. */
export function readMachineCpu(): number {
  return parseMachineCpu(fs.readFileSync('/proc/stat', 'latin1'));
}

export function parseMachineCpu(text: string): number {
  const [, user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = (text.split('\n', 1)[0] ?? '')
    .split(/\s+/)
    .map(Number);
  return (user + nice + system + irq + softirq + steal) / TICKS_PER_SECOND;
}
