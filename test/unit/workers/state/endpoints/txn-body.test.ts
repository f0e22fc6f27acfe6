// The body of PUT /v1/txn: a value has the same limit as over PUT /v1/kv/.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeJson } from '../../../../../src/gotext/json-decode.js';
import { oversizedValue, txnBody } from '../../../../../src/workers/state/endpoints/kv/txn-body.js';
import { STRICT } from '../../../../../src/workers/state/records/bodies.js';

const LIMIT = 1024;

function refusal(...values: readonly (number | null)[]): string | null {
  const operations = values.map((length, i) => ({
    KV: { Verb: 'set', Key: `"${i}"`, Value: length === null ? null : Buffer.alloc(length, 'b').toString('base64') },
  }));
  const decoded = decodeJson(JSON.stringify([{ Node: { Verb: 'get' } }, ...operations]), txnBody, STRICT);
  assert.ok(decoded.ok && decoded.value !== null);
  return oversizedValue(decoded.value, LIMIT);
}

test('a value of a transaction may be as long as the limit, and no longer', () => {
  assert.equal(refusal(null, 0, LIMIT), null);
  assert.equal(refusal(LIMIT + 1), 'Value for key "\\"0\\"" is too large (1025 > 1024 bytes)');
});

test('the first value that is too long is named', () => {
  assert.equal(refusal(1, 2000, 3000), 'Value for key "\\"1\\"" is too large (2000 > 1024 bytes)');
});
