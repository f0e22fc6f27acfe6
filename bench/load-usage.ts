// What a stretch of load cost: the server, the generator (this process, its load processes and its tools) and everybody else
// on the machine. From it follows whether a figure is the server's or the generator's.

import { readCpu, readMachineCpu, readMemory, readThreads, type ThreadCpu } from './process-usage.js';

/** From this share of one core on the generator may be what limits. */
const GENERATOR_BUSY = 0.9;
/** Below this share of one core the server was waiting for something else. */
const SERVER_BUSY = 0.6;
/** Cores that strangers may take before a figure becomes doubtful. */
const OTHERS_BUSY = 0.15;

export interface LoadUsage {
  readonly wallSeconds: number;
  readonly serverCpuSeconds: number;
  /** Of the server's threads that did anything, the busiest first. */
  readonly threads: readonly ThreadCpu[];
  readonly generatorCpuSeconds: number;
  /** Of processes that belong to neither. */
  readonly othersCpuSeconds: number;
  readonly serverRssBytes: number;
  readonly serverPeakRssBytes: number;
}

/** Processes that make load and live longer than one stretch of it; short-lived tools are counted when they ended. */
export const generatorProcesses = new Set<number>();

interface Reading {
  readonly at: number;
  readonly server: number;
  readonly threads: Map<string, ThreadCpu>;
  readonly generator: number;
  readonly machine: number;
}

/** `servers`: those whose work it is, all counted together. */
export async function underLoad<T>(
  servers: number | readonly number[],
  load: () => Promise<T>,
): Promise<{ result: T; usage: LoadUsage }> {
  const pids = typeof servers === 'number' ? [servers] : servers;
  const before = read(pids);
  const result = await load();
  const after = read(pids);
  const serverCpuSeconds = after.server - before.server;
  const generatorCpuSeconds = after.generator - before.generator;
  const threads = [...after.threads]
    .map(([id, { name, seconds }]) => ({ name, seconds: seconds - (before.threads.get(id)?.seconds ?? 0) }))
    .filter(({ seconds }) => seconds > 0)
    .sort((a, b) => b.seconds - a.seconds);
  const memory = pids.map(readMemory);
  return {
    result,
    usage: {
      wallSeconds: (after.at - before.at) / 1000,
      serverCpuSeconds,
      threads,
      generatorCpuSeconds,
      othersCpuSeconds: Math.max(0, after.machine - before.machine - serverCpuSeconds - generatorCpuSeconds),
      serverRssBytes: sum(memory.map(({ rssBytes }) => rssBytes)),
      serverPeakRssBytes: sum(memory.map(({ peakRssBytes }) => peakRssBytes)),
    },
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function read(serverPids: readonly number[]): Reading {
  const own = readCpu(process.pid);
  let generator = own.seconds + own.reapedSeconds;
  for (const pid of generatorProcesses) generator += readCpu(pid).seconds;
  return {
    at: performance.now(),
    server: sum(serverPids.map((pid) => readCpu(pid).seconds)),
    threads: new Map(serverPids.flatMap((pid) => [...readThreads(pid)])),
    generator,
    machine: readMachineCpu(),
  };
}

/**
 * What to doubt about a figure, judged by the worst of its runs. `throughput` says that the row drives the server as hard as
 * it can: its figure is the server's only while the server is what limits.
 */
export function doubts(usages: readonly LoadUsage[], throughput: boolean): string[] {
  const shares = (seconds: (usage: LoadUsage) => number): number[] =>
    usages.map((usage) => seconds(usage) / usage.wallSeconds);
  const percent = (share: number): string => `${Math.round(share * 100)} % of a core`;
  const generator = Math.max(0, ...shares((usage) => usage.generatorCpuSeconds));
  const server = Math.min(1, ...shares((usage) => usage.serverCpuSeconds));
  const others = Math.max(0, ...shares((usage) => usage.othersCpuSeconds));
  const found: string[] = [];
  if (throughput && generator > GENERATOR_BUSY) {
    found.push(`generator used up to ${percent(generator)}: it may be the bottleneck`);
  }
  if (throughput && server < SERVER_BUSY) {
    found.push(`server used as little as ${percent(server)}: something else limits`);
  }
  if (others > OTHERS_BUSY) found.push(`other processes took up to ${percent(others)}`);
  return found;
}
