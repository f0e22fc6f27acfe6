// What is made of V8's profiles: each moment at work counts once, for the function that was at work, with all that called it.

import assert from 'node:assert/strict';
import type { HeapProfiler, Profiler, Runtime } from 'node:inspector';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { samplesOf as cpuSamplesOf } from '../../../../../src/workers/state/profiles/cpu.js';
import { samplesOf as heapSamplesOf } from '../../../../../src/workers/state/profiles/memory.js';
import { encodeProfile, type Sample } from '../../../../../src/workers/state/profiles/pprof.js';
import { readFields } from '../../../../../src/workers/state/rpc/grpc/protobuf/reader.js';

function frame(functionName: string, lineNumber = 0): Runtime.CallFrame {
  return { functionName, lineNumber, columnNumber: 0, scriptId: '1', url: 'file:///a.js' };
}

const names = ({ stack }: Sample): readonly string[] => stack.map(({ name }) => name);

test('idle time is none, and a stack ends in its thread', () => {
  const profile: Profiler.Profile = {
    nodes: [
      { id: 1, callFrame: frame('(root)', -1), children: [2, 3] },
      { id: 2, callFrame: frame('(idle)', -1) },
      { id: 3, callFrame: frame('outer', 9), children: [4] },
      { id: 4, callFrame: frame('', 19) },
    ],
    startTime: 0,
    endTime: 60_000,
    samples: [2, 4, 4, 3, 2],
    timeDeltas: [10_000, 11_000, 9_000, -3, 10_000],
  };
  const samples = cpuSamplesOf(profile, 'state');
  assert.deepEqual(samples.map(names), [
    ['(anonymous)', 'outer', 'thread state'],
    ['outer', 'thread state'],
  ]);
  assert.deepEqual(
    samples.map(({ values }) => values),
    [
      [2, 20_000_000],
      [1, 0],
    ],
  );
  assert.deepEqual(samples[0]?.stack[0], { name: '(anonymous)', file: 'file:///a.js', line: 20 });
});

test('what functions took counts for each of them alone', () => {
  const node = (
    name: string,
    selfSize: number,
    ...children: HeapProfiler.SamplingHeapProfileNode[]
  ): HeapProfiler.SamplingHeapProfileNode => ({ callFrame: frame(name), selfSize, children });
  const head = node('(root)', 0, node('a', 5, node('b', 7), node('c', 0, node('d', 1))));
  const samples = heapSamplesOf({ head }, 'raft');
  const bytes = Object.fromEntries(samples.map((sample) => [names(sample).join(), sample.values[0]]));
  assert.deepEqual(bytes, { 'a,thread raft': 5, 'b,a,thread raft': 7, 'd,c,a,thread raft': 1 });
});

/** Texts, functions and samples of an encoded profile, by fields of profile.proto. */
function decode(bytes: Buffer) {
  const fields = readFields(gunzipSync(bytes)) ?? assert.fail('no message');
  const of = (number: number): Buffer[] =>
    fields.filter((one) => one.number === number).map(({ value }) => value as Buffer);
  const inside = (message: Buffer) => readFields(message) ?? assert.fail('no message inside');
  const one = (message: Buffer, number: number): number =>
    Number(inside(message).find((field) => field.number === number)?.value ?? 0);
  const texts = of(6).map(String);
  const functions = new Map(of(5).map((message) => [one(message, 1), texts[one(message, 2)]]));
  const functionOf = new Map(
    of(4).map((message) => {
      const line = inside(message).find((field) => field.number === 4)?.value as Buffer;
      return [one(message, 1), functions.get(one(line, 1))];
    }),
  );
  const samples = of(2).map((message) => {
    const numbers = (number: number) => inside(message).filter((field) => field.number === number);
    return {
      stack: numbers(1).map(({ value }) => functionOf.get(value as number)),
      values: numbers(2).map(({ value }) => value),
      threads: numbers(3).map(({ value }) => texts[one(value as Buffer, 2)]),
    };
  });
  return { first: texts[0], samples };
}

test('a profile holds what it was made of, whatever functions are called', async () => {
  const name = fc.string({ minLength: 1 });
  const sample = fc.record({
    stack: fc.array(fc.record({ name, file: fc.string(), line: fc.nat(5) }), { minLength: 1, maxLength: 5 }),
    values: fc.array(fc.nat(), { minLength: 1, maxLength: 1 }),
    thread: name,
  });
  await fc.assert(
    fc.asyncProperty(fc.array(sample, { maxLength: 8 }), async (samples) => {
      const type = { type: 'cpu', unit: 'nanoseconds' };
      const bytes = await encodeProfile({
        types: [type],
        samples,
        startedMs: 1_700_000_000_000,
        durationMs: 1.5,
        period: { type, every: 10 },
      });
      const decoded = decode(bytes);
      assert.equal(decoded.first, '');
      assert.deepEqual(
        decoded.samples,
        samples.map(({ stack, values, thread }) => ({
          stack: stack.map((one) => one.name),
          values,
          threads: [thread],
        })),
      );
    }),
    { numRuns: 200 },
  );
});
