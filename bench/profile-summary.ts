// The functions of a .cpuprofile that take the most time themselves, as a table. Also a program: `node profile-summary.js FILE…`.

import fs from 'node:fs';
import path from 'node:path';
import { textTable } from './report.js';

const TOP = 25;
const LOCATION_PARTS = 3;

/** What V8's profiler writes, as far as it is needed here. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples?: readonly number[];
  /** Microseconds since the sample before. */
  readonly timeDeltas?: readonly number[];
}

export interface FunctionTime {
  readonly name: string;
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
  const byNode = new Map<number, number>();
  const deltas = profile.timeDeltas ?? [];
  (profile.samples ?? []).forEach((node, at) => {
    byNode.set(node, (byNode.get(node) ?? 0) + (deltas[at] ?? 0) / 1000);
  });
  const functions = new Map<string, { name: string; location: string; selfMs: number }>();
  let totalMs = 0;
  let idleMs = 0;
  for (const { id, callFrame } of profile.nodes) {
    const selfMs = byNode.get(id) ?? 0;
    totalMs += selfMs;
    if (callFrame.functionName === '(idle)') idleMs += selfMs;
    if (callFrame.functionName === '(idle)' || selfMs === 0) continue;
    const location = locationOf(callFrame.url, callFrame.lineNumber);
    const key = `${callFrame.functionName} ${location}`;
    const known = functions.get(key);
    if (known) known.selfMs += selfMs;
    else functions.set(key, { name: callFrame.functionName || '(anonymous)', location, selfMs });
  }
  return { totalMs, idleMs, functions: [...functions.values()].sort((a, b) => b.selfMs - a.selfMs) };
}

function locationOf(url: string, line: number): string {
  return url === '' ? '' : `${url.split('/').slice(-LOCATION_PARTS).join('/')}:${line + 1}`;
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

/** All profiles below a directory. */
export function summarizeProfiles(directory: string): string {
  const files = fs
    .readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.cpuprofile'))
    .sort();
  if (files.length === 0) return `\nno CPU profile was written below ${directory}\n`;
  return files.map((file) => `\n${renderProfile(file, readProfile(path.join(directory, file)))}`).join('');
}

function readProfile(file: string): CpuProfile {
  return JSON.parse(fs.readFileSync(file, 'utf8')) as CpuProfile;
}

if (process.argv[1] === import.meta.filename) {
  for (const file of process.argv.slice(2)) process.stdout.write(`${renderProfile(file, readProfile(file))}\n`);
}
