// AutoEncrypt.Sign as a stock client agent asked it of a stock server: read, and written again byte by byte, but for the zone of
// times, which stock leaves unset in some (spec/rpc.md, "Known traps").

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSigningRequest } from '../../../../../src/certificates/certificates.js';
import { decode, encode } from '../../../../../src/msgpack/codec.js';
import {
  givenOf,
  signArguments,
  signedReply,
  signRow,
} from '../../../../../src/workers/state/rpc/auto-encrypt/sign-row.js';
import { readJson } from '../../../../data.js';

interface Recorded {
  readonly request: { readonly body_hex: string };
  readonly response: { readonly body_hex: string };
}

const [recorded] = readJson('rpc/auto-encrypt.json') as readonly Recorded[];
assert.ok(recorded);
const question = Buffer.from(recorded.request.body_hex, 'hex');
const answer = Buffer.from(recorded.response.body_hex, 'hex');

const inUtc = (bytes: Uint8Array): string =>
  Buffer.from(bytes).toString('hex').replaceAll('00000000ffff', '000000000000');

test('the question', async () => {
  const read = decode(signArguments, question);
  assert.ok(read.ok);
  assert.deepEqual(Buffer.from(encode(signArguments, read.value)), question);
  const request = await readSigningRequest(read.value.CSR);
  assert.deepEqual(request?.names.uris, ['spiffe://unknown/agent/client/dc/dc1/id/c7']);
  assert.equal(request?.names.dns[0], 'localhost');
});

test('the answer, and what a server makes of what it knows', () => {
  const read = decode(signedReply, answer);
  assert.ok(read.ok);
  assert.equal(inUtc(encode(signedReply, read.value)), inUtc(answer));
  const given = givenOf(read.value);
  assert.deepEqual(given.issued.holder, { kind: 'agent', name: 'c7' });
  assert.equal(given.verifiesServerHostname, true);
  const row = signRow({
    datacenter: 'dc1',
    authorities: () => given.authorities,
    verifiesServerHostname: () => true,
  });
  assert.equal(inUtc(encode(signedReply, row.show(given, ''))), inUtc(answer));
});

test('every truncation of the answer is refused', () => {
  for (let end = 0; end < answer.length; end += 7) assert.equal(decode(signedReply, answer.subarray(0, end)).ok, false);
});
