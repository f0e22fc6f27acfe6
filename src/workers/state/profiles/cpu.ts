// Where the time of all threads goes: V8's sampling profiler, run in each of them for a while.

import type { Profiler } from 'node:inspector';
import type { Frame, Profile, Sample } from './pprof.js';
import { type InspectedThread, withThreads } from './threads.js';
import { frameOf, threadFrame } from './v8-frames.js';

/** As often as Go's, which tools know. */
const INTERVAL_MICROS = 10_000;
const NANOSECONDS_PER_MICRO = 1000;
const CPU = { type: 'cpu', unit: 'nanoseconds' };
/** Nothing of it is work. */
const IDLE = '(idle)';

/** `until` ends it. */
export async function cpuProfile(until: Promise<void>): Promise<Profile> {
  const startedMs = Date.now();
  const began = performance.now();
  const samples = await withThreads(async (threads) => {
    await Promise.all(threads.map(start));
    await until;
    return (await Promise.all(threads.map(stop))).flat();
  });
  return {
    types: [{ type: 'samples', unit: 'count' }, CPU],
    samples,
    startedMs,
    durationMs: performance.now() - began,
    period: { type: CPU, every: INTERVAL_MICROS * NANOSECONDS_PER_MICRO },
  };
}

async function start(thread: InspectedThread): Promise<void> {
  await thread.ask('Profiler.enable');
  await thread.ask('Profiler.setSamplingInterval', { interval: INTERVAL_MICROS });
  await thread.ask('Profiler.start');
}

async function stop(thread: InspectedThread): Promise<readonly Sample[]> {
  const { profile } = (await thread.ask('Profiler.stop')) as Profiler.StopReturnType;
  return samplesOf(profile, thread.name);
}

/** Of a node: how often it was seen at work itself, and for how long. */
interface Seen {
  count: number;
  micros: number;
}

export function samplesOf({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile, thread: string): Sample[] {
  const seen = new Map<number, Seen>();
  for (const [i, id] of samples.entries()) {
    const node = seen.get(id) ?? { count: 0, micros: 0 };
    seen.set(id, node);
    node.count += 1;
    node.micros += Math.max(0, timeDeltas[i] ?? 0);
  }
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)));
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, frameOf(callFrame)] as const));
  const stackOf = (id: number): readonly Frame[] => {
    const stack: Frame[] = [];
    // The root of V8's tree is no function: the thread stands in its place.
    for (let at = id, above = parents.get(at); above !== undefined; at = above, above = parents.get(at)) {
      const frame = frames.get(at);
      if (frame !== undefined) stack.push(frame);
    }
    return [...stack, threadFrame(thread)];
  };
  return [...seen]
    .filter(([id]) => frames.get(id)?.name !== IDLE)
    .map(([id, { count, micros }]) => ({
      stack: stackOf(id),
      values: [count, micros * NANOSECONDS_PER_MICRO],
      thread,
    }));
}
