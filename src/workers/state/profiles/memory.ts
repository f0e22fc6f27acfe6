// What the memory of all threads is used for: by V8's spaces as it is now, or by the functions that took it in a while.

import type { HeapProfiler } from 'node:inspector';
import type { Frame, Profile, Sample } from './pprof.js';
import { type InspectedThread, valueIn, withThreads } from './threads.js';
import { frameOf, threadFrame } from './v8-frames.js';

/** As often as Go's: one sample in so many bytes. */
const INTERVAL_BYTES = 512 * 1024;
const IN_USE = { type: 'inuse_space', unit: 'bytes' };
const SPACE = { type: 'space', unit: 'bytes' };

/** Bytes by name; buffers are outside V8's heap, and counted by it. */
const USED_BY_SPACE = `(() => {
  const v8 = process.getBuiltinModule('node:v8');
  const spaces = v8.getHeapSpaceStatistics().map(({ space_name, space_used_size }) => [space_name, space_used_size]);
  const { external_memory, malloced_memory } = v8.getHeapStatistics();
  return [...spaces, ['external_memory', external_memory], ['malloced_memory', malloced_memory]];
})()`;

/** As it is now. */
export async function memoryProfile(): Promise<Profile> {
  const startedMs = Date.now();
  const samples = await withThreads(async (threads) => (await Promise.all(threads.map(usedBySpace))).flat());
  return { types: [IN_USE], samples, startedMs, durationMs: 0, period: { type: SPACE, every: 1 } };
}

async function usedBySpace(thread: InspectedThread): Promise<readonly Sample[]> {
  const used = await valueIn<readonly (readonly [string, number])[]>(thread, USED_BY_SPACE);
  return used.map(([name, bytes]) => ({
    stack: [{ name, file: '', line: 0 }, threadFrame(thread.name)],
    values: [bytes],
    thread: thread.name,
  }));
}

/** What was taken until `until`, and is still in use then. */
export async function allocationProfile(until: Promise<void>): Promise<Profile> {
  const startedMs = Date.now();
  const began = performance.now();
  const samples = await withThreads(async (threads) => {
    await Promise.all(
      threads.map((thread) => thread.ask('HeapProfiler.startSampling', { samplingInterval: INTERVAL_BYTES })),
    );
    await until;
    return (await Promise.all(threads.map(taken))).flat();
  });
  const durationMs = performance.now() - began;
  return { types: [IN_USE], samples, startedMs, durationMs, period: { type: SPACE, every: INTERVAL_BYTES } };
}

async function taken(thread: InspectedThread): Promise<readonly Sample[]> {
  const { profile } = (await thread.ask('HeapProfiler.stopSampling')) as HeapProfiler.StopSamplingReturnType;
  return samplesOf(profile, thread.name);
}

export function samplesOf({ head }: HeapProfiler.SamplingHeapProfile, thread: string): Sample[] {
  const samples: Sample[] = [];
  // The root of V8's tree is no function: the thread stands in its place.
  const waiting: { node: HeapProfiler.SamplingHeapProfileNode; below: readonly Frame[] }[] = head.children.map(
    (node) => ({ node, below: [threadFrame(thread)] }),
  );
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { node, below } = next;
    const stack = [frameOf(node.callFrame), ...below];
    if (node.selfSize > 0) samples.push({ stack, values: [node.selfSize], thread });
    for (const child of node.children) waiting.push({ node: child, below: stack });
  }
  return samples;
}
