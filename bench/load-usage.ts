// What a stretch of load cost: the server, the generator (this process, its load processes and its tools) and everybody else
// on the machine. From it follows whether a figure is the server's or the generator's.

import { readCpu, readMachineCpu, readMemory, readThreads } from './process-usage.js';

/** From this share of one core on the generator may be what limits. */
const GENERATOR_BUSY = 0.9;
/** Below this share of one core the server was waiting for something else. */
const SERVER_BUSY = 0.6;
/** Cores that strangers may take before a figure becomes doubtful. */
const OTHERS_BUSY = 0.15;

export interface LoadUsage {
  readonly wallSeconds: number;
  readonly serverCpuSeconds: number;
  /** Of the server's thread that worked most. */
  readonly busiestThreadCpuSeconds: number;
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
  readonly threads: Map<string, number>;
  readonly generator: number;
  readonly machine: number;
}

export async function underLoad<T>(
  serverPid: number,
  load: () => Promise<T>,
): Promise<{ result: T; usage: LoadUsage }> {
  const before = read(serverPid);
  const result = await load();
  const after = read(serverPid);
  const serverCpuSeconds = after.server - before.server;
  const generatorCpuSeconds = after.generator - before.generator;
  let busiest = 0;
  for (const [thread, seconds] of after.threads) {
    busiest = Math.max(busiest, seconds - (before.threads.get(thread) ?? 0));
  }
  const memory = readMemory(serverPid);
  return {
    result,
    usage: {
      wallSeconds: (after.at - before.at) / 1000,
      serverCpuSeconds,
      busiestThreadCpuSeconds: busiest,
      generatorCpuSeconds,
      othersCpuSeconds: Math.max(0, after.machine - before.machine - serverCpuSeconds - generatorCpuSeconds),
      serverRssBytes: memory.rssBytes,
      serverPeakRssBytes: memory.peakRssBytes,
    },
  };
}

function read(serverPid: number): Reading {
  const own = readCpu(process.pid);
  let generator = own.seconds + own.reapedSeconds;
  for (const pid of generatorProcesses) generator += readCpu(pid).seconds;
  return {
    at: performance.now(),
    server: readCpu(serverPid).seconds,
    threads: readThreads(serverPid),
    generator,
    machine: readMachineCpu(),
  };
}

/**
 * What to doubt about a figure. `throughput` says that the row drives the server as hard as it can: its figure is the
 * server's only while the server is what limits.
 */
export function doubts(usage: LoadUsage, throughput: boolean): string[] {
  const found: string[] = [];
  const share = (seconds: number): number => seconds / usage.wallSeconds;
  const percent = (seconds: number): string => `${Math.round(share(seconds) * 100)} %`;
  if (throughput && share(usage.generatorCpuSeconds) > GENERATOR_BUSY) {
    found.push(`generator used ${percent(usage.generatorCpuSeconds)} of a core: it may be the bottleneck`);
  }
  if (throughput && share(usage.serverCpuSeconds) < SERVER_BUSY) {
    found.push(`server used only ${percent(usage.serverCpuSeconds)} of a core: something else limits`);
  }
  if (share(usage.othersCpuSeconds) > OTHERS_BUSY) {
    found.push(`other processes took ${percent(usage.othersCpuSeconds)} of a core`);
  }
  return found;
}
