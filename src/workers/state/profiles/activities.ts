// What all threads wait for, in the place of Go's goroutines: sockets, timers, work of Node's own threads, by their kinds.

import type { Profile, Sample } from './pprof.js';
import { type InspectedThread, valueIn, withThreads } from './threads.js';
import { threadFrame } from './v8-frames.js';

const COUNT = { type: 'goroutine', unit: 'count' };

/** Counted there: a server may have tens of thousands. */
const COUNTED = `(() => {
  const counts = new Map();
  for (const kind of process.getActiveResourcesInfo()) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts];
})()`;

export async function activityProfile(): Promise<Profile> {
  const startedMs = Date.now();
  const samples = await withThreads(async (threads) => (await Promise.all(threads.map(activities))).flat());
  return { types: [COUNT], samples, startedMs, durationMs: 0, period: { type: COUNT, every: 1 } };
}

async function activities(thread: InspectedThread): Promise<readonly Sample[]> {
  const counts = await valueIn<readonly (readonly [string, number])[]>(thread, COUNTED);
  return counts.map(([name, count]) => ({
    stack: [{ name, file: '', line: 0 }, threadFrame(thread.name)],
    values: [count],
    thread: thread.name,
  }));
}
