import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeCommand, encodeCommand } from '../../../../../src/wasm/commands.js';
import { type Command, CommandType } from '../../../../../src/wire/commands.js';
import { decodeEntry } from '../../../../../src/wire/config-entries/decode.js';
import type { ConfigEntry } from '../../../../../src/wire/config-entries/entries.js';
import { entryJson } from '../../../../../src/wire/config-entries/json.js';
import { entryError } from '../../../../../src/wire/config-entries/rules/entry-error.js';
import { normalizedEntry } from '../../../../../src/wire/config-entries/rules/normalize.js';
import { StateStore } from '../../../../../src/workers/state/replica/state-store.js';
import { readAll, writeAll } from '../replica/store/stream.js';
import { anyEntry } from './any-entry.js';

function write(entry: ConfigEntry): Command {
  return {
    type: CommandType.configEntry,
    body: { Datacenter: 'dc1', Token: 't', Op: 'upsert-with-status-cas', Entry: entry },
  };
}

test('an entry of any kind goes through the log and comes out as it was', () => {
  fc.assert(
    fc.property(anyEntry, (entry) => {
      const command = write(entry);
      assert.deepEqual(decodeCommand(encodeCommand(command)), command);
    }),
    { numRuns: 600 },
  );
});

test('what is stored comes out of a snapshot as it was, and is written there as the same bytes', () => {
  fc.assert(
    fc.property(fc.array(anyEntry, { maxLength: 4 }), (entries) => {
      const store = new StateStore();
      let index = 10;
      for (const entry of entries) {
        index += 1;
        store.apply(index, write({ ...entry, ModifyIndex: 0 }));
      }
      const restored = new StateStore();
      const bytes = writeAll(store);
      readAll(restored, bytes);
      assert.deepEqual(restored.configEntries.all(), store.configEntries.all());
      assert.deepEqual(writeAll(restored), bytes);
    }),
    { numRuns: 200 },
  );
});

test('what JSON shows of an entry reads as the entry', () => {
  fc.assert(
    fc.property(anyEntry, (entry) => {
      const shown = entryJson(entry);
      const decoded = decodeEntry(JSON.parse(shown));
      assert.ok(decoded.ok, shown);
      // What is left out because it is empty reads as nil, and large numbers as JSON has them.
      assert.deepEqual(JSON.parse(entryJson(decoded.entry)), JSON.parse(shown));
    }),
    { numRuns: 600 },
  );
});

test('rules judge whatever an entry says, and what they make of it they leave as it is', () => {
  fc.assert(
    fc.property(anyEntry, (entry) => {
      const normalized = normalizedEntry(entry);
      const error = entryError(normalized, () => null);
      assert.ok(error === null || error.length > 0);
      assert.deepEqual(normalizedEntry(normalized), normalized);
    }),
    { numRuns: 2000 },
  );
});

test('values nobody means well by are refused or taken; nothing throws, and what is taken can be written', () => {
  const fields = fc.dictionary(
    fc.constantFrom(
      'Name',
      'Protocol',
      'Routes',
      'Splits',
      'Sources',
      'Subsets',
      'upstream_config',
      'Config',
      'Listeners',
      'Failover',
      'Meta',
      'ConnectTimeout',
    ),
    fc.jsonValue({ maxDepth: 4 }),
  );
  const kinds = fc.constantFrom(
    'service-defaults',
    'service-router',
    'service-splitter',
    'service-resolver',
    'service-intentions',
    'proxy-defaults',
    'ingress-gateway',
    'mesh',
    'nosuch',
  );
  let taken = 0;
  fc.assert(
    fc.property(kinds, fields, (kind, given) => {
      const decoded = decodeEntry({ ...given, Kind: kind } as Parameters<typeof decodeEntry>[0]);
      if (!decoded.ok) {
        assert.ok(decoded.error.length > 0 && decoded.error.length < 20_000);
        return;
      }
      taken += 1;
      const command = write(normalizedEntry(decoded.entry));
      assert.deepEqual(decodeCommand(encodeCommand(command)), command);
    }),
    { numRuns: 3000 },
  );
  assert.ok(taken > 100, `${taken} were taken`);
});
