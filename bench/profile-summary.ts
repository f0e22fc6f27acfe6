// The functions of a .cpuprofile that take the most time themselves, as a table. Also a program: `node profile-summary.js FILE…`.

import fs from 'node:fs';
import path from 'node:path';
import { textTable } from './report/report.js';

const TOP = 25;
/** Share of the time a thread must have been busy. */
const WORTH_SHOWING = 0.05;
const LOCATION_PARTS = 3;

interface CallFrame {
  readonly functionName: string;
  readonly url: string;
  readonly lineNumber: number;
}

/** What V8's profiler writes, as far as it is needed here. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: CallFrame;
    readonly children?: readonly number[];
  }[];
  readonly samples?: readonly number[];
  /** Microseconds since the sample before. */
  readonly timeDeltas?: readonly number[];
}

export interface FunctionTime {
  readonly name: string;
  /** File and line; of what is built in, the function of ours that called it most. */
  readonly location: string;
  readonly selfMs: number;
}

export interface ProfileSummary {
  readonly totalMs: number;
  readonly idleMs: number;
  /** Most first. */
  readonly functions: readonly FunctionTime[];
}

export function summarizeProfile(profile: CpuProfile): ProfileSummary {
  const selfMs = selfTimes(profile);
  const callers = callersOf(profile);
  const functions = new Map<string, { name: string; own: string; selfMs: number; from: Map<string, number> }>();
  let totalMs = 0;
  let idleMs = 0;
  for (const { id, callFrame } of profile.nodes) {
    const ms = selfMs.get(id) ?? 0;
    totalMs += ms;
    if (callFrame.functionName === '(idle)') idleMs += ms;
    if (callFrame.functionName === '(idle)' || ms === 0) continue;
    const own = isOurs(callFrame) ? locationOf(callFrame) : '';
    const key = `${callFrame.functionName} ${own || callFrame.url}`;
    const entry = functions.get(key) ?? {
      name: callFrame.functionName || '(anonymous)',
      own,
      selfMs: 0,
      from: new Map(),
    };
    functions.set(key, entry);
    entry.selfMs += ms;
    if (own !== '') continue;
    const caller = callers.get(id);
    if (caller !== undefined) entry.from.set(caller, (entry.from.get(caller) ?? 0) + ms);
  }
  const list = [...functions.values()]
    .sort((a, b) => b.selfMs - a.selfMs)
    .map(({ name, own, selfMs: ms, from }) => ({ name, location: own || mostOf(from), selfMs: ms }));
  return { totalMs, idleMs, functions: list };
}

/** Milliseconds by node. */
function selfTimes(profile: CpuProfile): Map<number, number> {
  const times = new Map<number, number>();
  const deltas = profile.timeDeltas ?? [];
  (profile.samples ?? []).forEach((node, at) => {
    times.set(node, (times.get(node) ?? 0) + (deltas[at] ?? 0) / 1000);
  });
  return times;
}

/** For each node the nearest function above it that is ours. Parents come before their children in a profile. */
function callersOf(profile: CpuProfile): Map<number, string> {
  const callers = new Map<number, string>();
  for (const { id, callFrame, children } of profile.nodes) {
    const caller = isOurs(callFrame) ? `${callFrame.functionName} ${locationOf(callFrame)}` : callers.get(id);
    if (caller === undefined) continue;
    for (const child of children ?? []) callers.set(child, caller);
  }
  return callers;
}

/** Files, ours or a package's: not V8 and not Node. */
function isOurs({ url }: CallFrame): boolean {
  return url !== '' && !url.startsWith('node:');
}

/** The caller with the largest share, and how large that is. */
function mostOf(from: ReadonlyMap<string, number>): string {
  let total = 0;
  let most: readonly [string, number] = ['', 0];
  for (const [caller, ms] of from) {
    total += ms;
    if (ms > most[1]) most = [caller, ms];
  }
  return most[1] === 0 ? '' : `< ${most[0]} (${Math.round((most[1] / total) * 100)} %)`;
}

function locationOf({ url, lineNumber }: CallFrame): string {
  return `${url.split('/').slice(-LOCATION_PARTS).join('/')}:${lineNumber + 1}`;
}

function busyShare(profile: CpuProfile): number {
  const { totalMs, idleMs } = summarizeProfile(profile);
  return totalMs === 0 ? 0 : (totalMs - idleMs) / totalMs;
}

export function renderProfile(title: string, profile: CpuProfile): string {
  const { totalMs, idleMs, functions } = summarizeProfile(profile);
  const busyMs = totalMs - idleMs;
  const lines = functions
    .slice(0, TOP)
    .map(({ name, location, selfMs }) => [
      name,
      `${((selfMs / busyMs) * 100).toFixed(1)} %`,
      selfMs.toFixed(0),
      location,
    ]);
  const share = totalMs === 0 ? 0 : Math.round((busyMs / totalMs) * 100);
  return `${title}: ${(totalMs / 1000).toFixed(1)} s, ${share} % busy\n\n${textTable(['function', 'self', 'ms', 'where'], lines)}\n`;
}

/** The profiles below a directory of threads that did something, each row's first run only: the others look alike. */
export function summarizeProfiles(directory: string): string {
  const files = fs
    .readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.cpuprofile'))
    .sort();
  if (files.length === 0) return `\nno CPU profile was written below ${directory}\n`;
  const tables = files
    .filter((file) => !/-run-(?!1-)/.test(file))
    .map((file) => ({ file, profile: readProfile(path.join(directory, file)) }))
    .filter(({ profile }) => busyShare(profile) >= WORTH_SHOWING)
    .map(({ file, profile }) => `\n${renderProfile(file, profile)}`);
  return `${tables.join('')}\nAll profiles: ${directory}\n`;
}

function readProfile(file: string): CpuProfile {
  return JSON.parse(fs.readFileSync(file, 'utf8')) as CpuProfile;
}

if (process.argv[1] === import.meta.filename) {
  for (const file of process.argv.slice(2)) process.stdout.write(`${renderProfile(file, readProfile(file))}\n`);
}
