// What handlers of watches are given: the recorded inputs of a stock agent's handlers are what comes of them when they are read and
// written again, whatever else an answer holds and in whatever order; odd answers give odd values, and nothing fails.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Options } from '../../../src/cli/command/command.js';
import { retryMs } from '../../../src/cli/watch/follow.js';
import { type View, viewOf } from '../../../src/cli/watch/views.js';
import type { FlagValue } from '../../../src/gotext/flag-set.js';
import type { JsonValue } from '../../../src/gotext/json-value.js';
import { readJson } from '../../data.js';

interface Recorded {
  readonly watch: { readonly [name: string]: string | boolean | readonly string[] };
  readonly runs: readonly { readonly index: string; readonly stdin: string }[];
}
const { script } = readJson('agent/watch-handlers.json') as { readonly script: readonly Recorded[] };

function view(given: Recorded['watch']): View {
  const made = viewOf(new Options(new Map<string, FlagValue>(Object.entries(given)), []));
  assert.ok(typeof made !== 'string', String(made));
  return made;
}

/** The same with other fields and in another order. */
function shuffled(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map((one: JsonValue) => shuffled(one));
  if (typeof value !== 'object' || value === null) return value;
  const all = Object.entries(value).map(([name, one]) => [name, shuffled(one as JsonValue)] as const);
  return Object.fromEntries(all.reverse());
}

test('handlers are given what those of a stock agent were', () => {
  let compared = 0;
  for (const { watch, runs } of script) {
    const { data } = view(watch);
    for (const run of runs) {
      // What differed from run to run was made the same afterwards.
      const stdin = run.stdin.replaceAll('<id>', 'id');
      const recorded = JSON.parse(stdin) as JsonValue;
      // Of one key the answer is a list.
      const answer = watch['type'] === 'key' && recorded !== null ? [shuffled(recorded)] : shuffled(recorded);
      assert.equal(`${data(recorded === null ? undefined : answer, null)}\n`, stdin);
      compared += 1;
    }
  }
  assert.ok(compared > 20, `${compared} inputs`);
});

test('fields that the client library has no place for are left out', () => {
  const { data } = view({ type: 'checks' });
  const check = { CheckID: 'c', Interval: '10s', Timeout: '1s', Definition: { Interval: '10s', TTL: '1s' } };
  const [shown = {}] = JSON.parse(data([check], null)) as { readonly [name: string]: unknown }[];
  const { Definition, ...rest } = shown;
  assert.equal('Interval' in rest, false);
  assert.match(JSON.stringify(Definition), /^{"Interval":"10s","Timeout":"0s",/);
});

test('what is empty is left out where the library leaves it out', () => {
  const { data } = view({ type: 'service', service: 'web' });
  const given = { Connect: { Native: false }, Kind: '', SocketPath: null, TaggedAddresses: {}, ModifyIndex: 0 };
  const shown = data([{ Service: { ...given, Proxy: { Mode: '', LocalServicePort: 0, Upstreams: [] } } }], null);
  assert.match(shown, /"EnableTagOverride":false,"Proxy":{"MeshGateway":{},"Expose":{}},"Connect":{}}/);
});

test('numbers beyond 2^53 stay as they are', () => {
  const { data } = view({ type: 'key', key: 'k' });
  assert.match(data([{ Key: 'k', Flags: 18446744073709551615n }], null), /"Flags":18446744073709551615,/);
});

test('of events only those after the last one are given', () => {
  const { data } = view({ type: 'event' });
  const event = (ID: string) => ({ ID, Name: 'e' });
  const first = 'b54fe110-7af5-cafc-d1fb-afc8ba432b1c';
  const second = 'c54fe110-7af5-cafc-d1fb-afc8ba432b1c';
  const seen = 0xb54fe1107af5cafcn ^ 0xd1fbafc8ba432b1cn;
  const ids = (text: string) => (JSON.parse(text) as readonly { readonly ID: string }[]).map(({ ID }) => ID);
  assert.deepEqual(ids(data([event(first), event(second)], seen)), [second]);
  assert.deepEqual(ids(data([event(first), event(second)], 1n)), [first, second]);
  assert.deepEqual(ids(data([event(first), event(second)], null)), [first, second]);
});

test('whatever is answered, it becomes JSON', () => {
  const views = script.map(({ watch }) => view(watch));
  fc.assert(
    fc.property(fc.constantFrom(...views), fc.jsonValue(), ({ data }, answer) => {
      assert.doesNotThrow(() => JSON.parse(data(answer as JsonValue, 1n)));
    }),
  );
});

test('what is wrong with a watch is told', () => {
  const problem = (given: Recorded['watch']) => viewOf(new Options(new Map(Object.entries(given)) as never, []));
  assert.equal(problem({ type: 'keyprefix' }), 'Must specify a single prefix to watch');
  assert.equal(problem({ type: 'service' }), 'Must specify a single service to watch');
  assert.equal(problem({ type: 'constructor' }), 'Unsupported watch type: constructor');
});

test('each failure in a row is waited for longer, up to three minutes', () => {
  assert.deepEqual([1, 2, 3, 6, 60].map(retryMs), [5_000, 20_000, 45_000, 180_000, 180_000]);
});
