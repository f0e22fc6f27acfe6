// A certificate that was issued, as ConnectCA.Sign gives it: the same record stands in a recorded AutoEncrypt.Sign.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode as decodeAnything } from '@msgpack/msgpack';
import { decode, encode, type Read } from '../../../../../src/msgpack/codec.js';
import type { Kind } from '../../../../../src/msgpack/kinds.js';
import type { IssuedCertificate } from '../../../../../src/workers/state/methods/contract/certificate-authority.js';
import { rpcRows } from '../../../../../src/workers/state/rpc/rpc-methods.js';
import { readJson } from '../../../../data.js';

interface Recorded {
  readonly response: { readonly body: { readonly IssuedCert: { readonly [field: string]: unknown } } };
}

const [recorded] = readJson('rpc/auto-encrypt.json') as readonly Recorded[];
const row = rpcRows.find(({ method }) => method.name === 'ConnectCA.Sign');

const ISSUED: IssuedCertificate = {
  serialNumber: '01:2c',
  certificate: 'pem',
  holder: { kind: 'service', name: 'web' },
  uri: 'spiffe://x.consul/ns/default/dc/dc1/svc/web',
  validAfterMs: 1_795_430_096_000,
  validBeforeMs: 1_795_689_296_000,
  index: 22,
};

test('it has the fields that stock gives it, in their order', () => {
  assert.ok(row?.kind === 'write' && recorded !== undefined);
  const bytes = encode(row.reply as Kind<unknown>, row.show(ISSUED, ''));
  const fields = Object.keys(decodeAnything(bytes, { useBigInt64: true }) as object);
  assert.deepEqual(fields, Object.keys(recorded.response.body.IssuedCert));
});

test('what is shown of each kind of holder is read as it was', () => {
  assert.ok(row?.kind === 'write');
  const holders: IssuedCertificate['holder'][] = [
    ISSUED.holder,
    { kind: 'agent', name: 'n1' },
    { kind: 'server' },
    { kind: 'mesh-gateway' },
  ];
  for (const holder of holders) {
    const issued = { ...ISSUED, holder };
    const kind: Kind<unknown> = row.reply;
    const shown: unknown = row.show(issued, '');
    const outcome: Read<unknown> = decode(kind, encode(kind, shown));
    assert.ok(outcome.ok);
    assert.deepEqual(row.value(outcome.value, ''), issued);
  }
});
