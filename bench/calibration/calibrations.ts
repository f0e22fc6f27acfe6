// What this machine can do with the bare building blocks: measured in every run, so that figures of one machine can be held
// against recorded ones of another.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { cleanUpLater } from '../cleanup.js';
import { dnsperf } from '../dnsperf.js';
import { type LoadUsage, underLoad } from '../load-usage.js';
import { wrk } from '../wrk.js';

export type CalibrationKey = 'uws' | 'net' | 'http' | 'level' | 'dgram';

export interface Calibration {
  readonly key: CalibrationKey;
  readonly what: string;
  /** On the machine of the reference figures: the lowest and the highest seen. */
  readonly recorded: readonly [number, number];
  readonly program: URL;
  readonly load: 'wrk' | 'dnsperf' | 'itself';
}

const CONNECTIONS = 64;

export const CALIBRATIONS: readonly Calibration[] = [
  {
    key: 'uws',
    what: 'uWebSockets.js "hello", wrk, 64 connections',
    recorded: [78_000, 103_000],
    program: new URL('./uws-hello.js', import.meta.url),
    load: 'wrk',
  },
  {
    key: 'net',
    what: 'node:net with llhttp "hello", wrk, 64 connections',
    recorded: [82_000, 87_000],
    program: new URL('../micro/http-bare.js', import.meta.url),
    load: 'wrk',
  },
  {
    key: 'http',
    what: 'node:http "hello", wrk, 64 connections',
    recorded: [22_000, 52_000],
    program: new URL('./node-http-hello.js', import.meta.url),
    load: 'wrk',
  },
  {
    key: 'level',
    what: 'classic-level, synced batches of 64: entries',
    recorded: [85_000, 85_000],
    program: new URL('./level-batches.js', import.meta.url),
    load: 'itself',
  },
  {
    key: 'dgram',
    what: 'node:dgram with dns-packet: answers',
    recorded: [73_000, 73_000],
    program: new URL('./dns-hello.js', import.meta.url),
    load: 'dnsperf',
  },
];

/** How much faster this machine is than the one of the reference figures. */
export function machineFactor(calibration: Calibration, measured: number): number {
  const [low, high] = calibration.recorded;
  return measured / ((low + high) / 2);
}

export interface CalibrationSample {
  /** Operations a second. */
  readonly perSecond: number;
  readonly usage: LoadUsage;
}

export async function calibrate(
  calibration: Calibration,
  times: { readonly warmUpSeconds: number; readonly seconds: number; readonly directory: string },
): Promise<CalibrationSample> {
  const child = spawn(process.execPath, [calibration.program.pathname, times.directory, String(times.seconds)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const forget = cleanUpLater(() => child.kill('SIGKILL'));
  try {
    const pid = child.pid ?? process.pid;
    const { result: said, usage: ownUsage } = await underLoad(pid, () => firstLine(child));
    if (calibration.load === 'itself') return { perSecond: said.perSecond ?? 0, usage: ownUsage };
    const port = said.port ?? 0;
    const measure = async (seconds: number): Promise<number> => {
      const { directory } = times;
      if (calibration.load === 'dnsperf') {
        return (await dnsperf({ port, questions: ['web.node.consul A'], seconds, directory })).perSecond;
      }
      return (await wrk({ url: `http://127.0.0.1:${port}/`, connections: CONNECTIONS, seconds, directory })).perSecond;
    };
    await measure(times.warmUpSeconds);
    const { result: perSecond, usage } = await underLoad(pid, () => measure(times.seconds));
    return { perSecond, usage };
  } finally {
    const gone = once(child, 'exit');
    const running = child.exitCode === null && child.signalCode === null;
    forget();
    if (running) await gone;
  }
}

/** Calibration programs say one line of JSON: where they listen, or what they measured. */
async function firstLine(child: ChildProcess): Promise<{ readonly port?: number; readonly perSecond?: number }> {
  if (child.stdout === null) throw new Error('a calibration program writes to a pipe');
  for await (const line of createInterface({ input: child.stdout })) return JSON.parse(line);
  throw new Error('the calibration program said nothing');
}
