// Which intentions concern a service and which of them counts, and how one source of an entry is changed.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { emptyEntry } from '../../../../../src/wire/config-entries/entries.js';
import { normalizedIntentions } from '../../../../../src/wire/config-entries/rules/intentions.js';
import { type SourceIntention, sourceIntention } from '../../../../../src/wire/config-entries/service-intentions.js';
import type { IntentionRecord } from '../../../../../src/wire/mesh/intentions.js';
import { type IntentionsEntry, intentionsOf } from '../../../../../src/workers/state/mesh/intentions/from-entry.js';
import {
  allowsConnections,
  decidingIntention,
  type IntentionSource,
  intentionById,
  listIntentions,
  matchIntentions,
} from '../../../../../src/workers/state/mesh/intentions/match.js';
import { mutate } from '../../../../../src/workers/state/mesh/intentions/mutate.js';

type GivenSource = Partial<SourceIntention> & { readonly Name: string };

function entryOf(destination: string, sources: readonly GivenSource[]): IntentionsEntry {
  const Sources = sources.map((source) => ({ ...sourceIntention.zero, Action: 'allow', ...source }));
  return normalizedIntentions({ ...emptyEntry('service-intentions', destination), Sources });
}

function sourceOf(...entries: readonly IntentionsEntry[]): IntentionSource {
  return { entry: (name) => entries.find((entry) => entry.Name === name), all: () => entries };
}

const pair = ({ SourceName, DestinationName }: IntentionRecord) => `${SourceName} => ${DestinationName}`;

const NAMES = ['*', 'a', 'b', 'c'];
const entries = fc.uniqueArray(fc.constantFrom(...NAMES), { maxLength: 4 }).chain((destinations) =>
  fc.tuple(
    ...destinations.map((destination) =>
      fc.uniqueArray(fc.constantFrom(...NAMES), { minLength: 1 }).map((sources) =>
        entryOf(
          destination,
          sources.map((Name) => ({ Name })),
        ),
      ),
    ),
  ),
);

/** As the documentation has it, without numbers: an exact destination first, then an exact source. */
function naiveRank({ SourceName, DestinationName }: IntentionRecord): number {
  return (DestinationName === '*' ? 2 : 0) + (SourceName === '*' ? 1 : 0);
}

function naively(all: readonly IntentionRecord[]): readonly string[] {
  return [...all].sort((a, b) => naiveRank(a) - naiveRank(b) || (pair(a) < pair(b) ? -1 : 1)).map(pair);
}

describe('precedence', () => {
  test('matches stand in the order of the documented table, whatever order they were written in', () => {
    fc.assert(
      fc.property(entries, fc.constantFrom(...NAMES), (all, name) => {
        const from = sourceOf(...all);
        const every = all.flatMap(intentionsOf);
        const byDestination = every.filter((one) => one.DestinationName === name || one.DestinationName === '*');
        assert.deepEqual(matchIntentions(from, 'destination', name).map(pair), naively(byDestination));
        const bySource = every.filter((one) => one.SourceName === name || one.SourceName === '*');
        assert.deepEqual(matchIntentions(from, 'source', name).map(pair), naively(bySource));
        assert.deepEqual(listIntentions(from).map(pair), naively(every));
      }),
    );
  });

  test('the first of both sides decides', () => {
    const from = sourceOf(
      entryOf('db', [{ Name: 'web' }, { Name: '*', Action: 'deny' }]),
      entryOf('*', [{ Name: 'job' }]),
    );
    const decides = (source: string, destination: string) => {
      const found = decidingIntention(from, source, destination);
      return found === undefined ? null : pair(found);
    };
    assert.equal(decides('web', 'db'), 'web => db');
    assert.equal(decides('job', 'db'), '* => db');
    assert.equal(decides('job', 'other'), 'job => *');
    assert.equal(decides('web', 'other'), null);
  });

  test('what depends on the request allows no connection, and a peer’s service is another one', () => {
    const permission = { Action: 'allow', HTTP: null, JWT: null };
    const entry = entryOf('db', [
      { Name: 'web', Action: '', Permissions: [permission] },
      { Name: 'job', Peer: 'far' },
    ]);
    const [web] = intentionsOf(entry).filter(({ SourceName }) => SourceName === 'web');
    assert.equal(web && allowsConnections(web), false);
    assert.equal(decidingIntention(sourceOf(entry), 'job', 'db'), undefined);
  });
});

describe('an intention', () => {
  test('is the same object for as long as its entry is', () => {
    const entry = entryOf('db', [{ Name: 'web' }]);
    assert.equal(intentionsOf(entry)[0], intentionsOf(entry)[0]);
  });

  test('has the metadata of its entry, or its own where it has an ID', () => {
    const entry = {
      ...entryOf('db', [{ Name: 'web' }, { Name: 'job', LegacyID: 'ABC', LegacyMeta: { of: 'job' } }]),
      Meta: { of: 'entry' },
    };
    assert.deepEqual(
      intentionsOf(entry).map(({ Meta, Hash }) => [Meta?.['of'], Hash !== '']),
      [
        ['entry', false],
        ['job', true],
      ],
    );
    assert.equal(intentionById(sourceOf(entry), 'abc')?.SourceName, 'job');
    assert.equal(intentionById(sourceOf(entry), ''), undefined, 'those without an ID have none in common');
  });
});

function mutation(destination: string, source: string, value: GivenSource | null, ID = '') {
  const Value = value === null ? null : { ...sourceIntention.zero, ...value };
  return { ID, Destination: { Name: destination }, Source: { Name: source }, Value };
}

describe('a mutation', () => {
  const stored = entryOf('db', [{ Name: 'web' }, { Name: 'job', LegacyID: 'id-1' }]);
  const from = sourceOf(stored);

  function sources(op: string, ...given: Parameters<typeof mutation>): unknown {
    const mutated = mutate(from, op, mutation(...given));
    if (!mutated.ok) return mutated.error;
    if (mutated.destination === null) return 'nothing';
    return mutated.entry?.Sources?.map((source) => [source?.Name, source?.Action, source?.Precedence]) ?? null;
  }

  test('puts a source in its place by name, into a new entry where there is none', () => {
    assert.deepEqual(sources('upsert', 'db', 'web', { Name: 'web', Action: 'deny' }), [
      ['web', 'deny', 9],
      ['job', 'allow', 9],
    ]);
    assert.deepEqual(sources('upsert', 'new', '*', { Name: '*', Action: 'deny' }), [['*', 'deny', 8]]);
  });

  test('of an ID finds its source wherever that stands', () => {
    assert.deepEqual(sources('update', '', '', { Name: 'job', Action: 'deny', LegacyID: 'id-1' }, 'ID-1'), [
      ['web', 'allow', 9],
      ['job', 'deny', 9],
    ]);
    assert.deepEqual(sources('delete', '', '', null, 'id-1'), [['web', 'allow', 9]]);
    assert.equal(sources('update', '', '', { Name: 'x' }, 'id-2'), "Cannot modify non-existent intention: 'id-2'");
    assert.equal(sources('delete', '', '', null, 'id-2'), 'nothing');
  });

  test('takes the entry away with its last source', () => {
    const one = sourceOf(entryOf('db', [{ Name: 'web' }]));
    assert.deepEqual(mutate(one, 'delete', mutation('db', 'web', null)), { ok: true, destination: 'db', entry: null });
    assert.equal(sources('delete', 'db', 'absent', null), 'nothing');
    assert.equal(sources('delete', 'absent', 'web', null), 'nothing');
  });

  test('must leave an entry that could be written as it is', () => {
    assert.equal(
      sources('create', 'db', '', { Name: 'web', Action: 'allow' }),
      'Sources[2] defines "web" more than once',
    );
    assert.equal(sources('upsert', 'db', 'x', { Name: 'x' }), "Sources[2].Action must be set to 'allow' or 'deny'");
    assert.equal(sources('upsert', 'db', 'x', null), 'Intention mutation without a value');
    assert.equal(sources('odd', 'db', 'x', null), 'Invalid Intention operation "odd"');
  });
});
