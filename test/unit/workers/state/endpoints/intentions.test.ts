// Intentions over the API: whose names they may have.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { intentionEndpoints } from '../../../../../src/workers/state/endpoints/mesh/intention.js';
import { intentionFormatCommands } from '../../../../../src/workers/state/leader/intention-format.js';
import { type Served, serveEndpoints } from '../http/served-endpoints.js';

let api: Served;
beforeEach(async () => {
  api = await serveEndpoints(({ calls }) => intentionEndpoints(calls));
  api.store.runAll(...intentionFormatCommands(api.store));
});
afterEach(() => api.close());

const LIST = '/v1/connect/intentions';
const NAMES = { SourceName: 'api', DestinationName: 'db', Action: 'allow' };

async function made(): Promise<unknown> {
  const { body } = await api.get(LIST);
  return (JSON.parse(body) as { readonly SourceName: string; readonly DestinationName: string }[]).map(
    ({ SourceName, DestinationName }) => [SourceName, DestinationName],
  );
}

test('one that is meant for another namespace or partition is refused and made nowhere', async () => {
  for (const [field, what] of [
    ['SourceNS', 'source namespace "team". Namespaces'],
    ['DestinationNS', 'destination namespace "team". Namespaces'],
    ['SourcePartition', 'source partition "team". Partitions'],
    ['DestinationPartition', 'destination partition "team". Partitions'],
  ] as const) {
    const { status, body } = await api.post(LIST, { ...NAMES, [field]: 'team' });
    assert.equal(status, 500);
    assert.equal(body, `Invalid ${what} is a Consul Enterprise feature`);
  }
  assert.deepEqual(await made(), []);
});

test('the one namespace and partition may be named', async () => {
  const only = { SourceNS: 'default', DestinationNS: 'default', DestinationPartition: 'default' };
  assert.equal((await api.post(LIST, { ...NAMES, ...only })).status, 200);
  assert.deepEqual(await made(), [['api', 'db']]);
});

test('names in the query leave nothing of those in the body', async () => {
  const body = { SourceNS: 'team', SourceName: 'x', DestinationNS: 'team', DestinationName: 'y', Action: 'allow' };
  assert.equal((await api.put(`${LIST}/exact?source=api&destination=default/db`, body)).status, 200);
  assert.deepEqual(await made(), [['api', 'db']]);
});
