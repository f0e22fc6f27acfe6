// Many services in one stream (docs/bulk.md): a result for each in its place, all rules as for a call of its own, and nobody else
// waits for it.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, test } from 'node:test';
import { LineSplitter } from '../../../../../../src/workers/state/http/items/item-splitter.js';
import type { Reply, StreamBody } from '../../../../../../src/workers/state/http/message/reply.js';
import type { ServicePut } from '../../../../../../src/workers/state/local/state/entries.js';
import { LocalState } from '../../../../../../src/workers/state/local/state/local-state.js';
import { waitFor } from '../../../../../agent-process.js';
import { settle } from '../../local/fake-clock.js';
import { openLocal } from '../../local/local-fixture.js';
import { type Call, openApi } from './fake-request.js';

const REGISTER = '/v1/agent/services/register';
const DEREGISTER = '/v1/agent/services/deregister';
const LINES = { 'content-type': 'application/x-ndjson' };

/** The whole answer, as a client that keeps up gets it. */
function read({ body }: Reply): Promise<string> {
  if (typeof body === 'string' || body instanceof Uint8Array) return Promise.resolve(body.toString());
  return new Promise((resolve, reject) => {
    let text = '';
    (body as StreamBody).start(
      (chunk) => {
        text += chunk;
        return true;
      },
      () => resolve(text),
      reject,
    );
  });
}

async function bulk(call: Call, target: string, body: string, headers = {}): Promise<string> {
  const reply = await call('PUT', target, body, headers);
  assert.equal(reply.status, 200);
  return read(reply);
}

const web = (id: string, more = {}): string => JSON.stringify({ ID: id, Name: 'web', Port: 80, ...more });

describe('services in one stream', () => {
  test('are registered with a result for each, in the form they came in', async () => {
    const { local, leader, call } = await openApi({ level: 'error' });
    local.start();
    await settle();
    const check = { Check: { TTL: '10m' } };
    assert.equal(
      await bulk(call, REGISTER, `[${web('a', check)}, ${web('b')}]`),
      '[{"ID":"a","OK":true},{"ID":"b","OK":true}]',
    );
    assert.equal(
      await bulk(call, REGISTER, `{"Name":"c"}\n${web('d')}\n`, LINES),
      '{"ID":"c","OK":true}\n{"ID":"d","OK":true}\n',
    );
    const { catalog } = leader.store;
    for (const id of ['a', 'b', 'c', 'd']) assert.ok(catalog.nodeService('node1', id), `${id} is in the catalog`);
    assert.equal(catalog.check('node1', 'service:a')?.Status, 'critical');
    assert.equal(
      await bulk(call, DEREGISTER, '[{"ID":"a"},{"Name":"c","Port":1}]'),
      '[{"ID":"a","OK":true},{"ID":"c","OK":true}]',
    );
    for (const id of ['a', 'c']) assert.equal(catalog.nodeService('node1', id), undefined, id);
    assert.equal(catalog.check('node1', 'service:a'), undefined);
    await local.stop();
  });

  test('of none have an empty answer', async () => {
    const { call } = await openApi({ level: 'error' });
    assert.equal(await bulk(call, REGISTER, '[]'), '[]');
    assert.equal(await bulk(call, DEREGISTER, '', LINES), '');
  });

  test('are refused one by one, with the status and the text of a single call', async () => {
    const { local, call } = await openApi({ level: 'error' });
    const bodies = [
      '{"Name":""}',
      '{"Name":"x","Bogus":1}',
      '{"Name":"x","Port":"1"}',
      '{"Name":"x","Check":{"TTL":"1s","Status":"odd"}}',
      '{"Name":"x","Check":{"Args":["true"],"Interval":"1s"}}',
      '{"Name":"x","Weights":{"Passing":0}}',
      '{"ID":"y","Name":"x","Connect":{"SidecarService":{"ID":"z"}}}',
    ];
    const results = (await bulk(call, REGISTER, [web('good'), ...bodies, web('last')].join('\n'))).trim().split('\n');
    assert.equal(results.length, bodies.length + 2);
    assert.equal(results[0], '{"ID":"good","OK":true}');
    assert.equal(results.at(-1), '{"ID":"last","OK":true}');
    for (const [at, body] of bodies.entries()) {
      const { status, body: text } = await call('PUT', '/v1/agent/service/register', body);
      const result = JSON.parse(results[at + 1] ?? '') as { OK: boolean; Status: number; Error: string };
      assert.deepEqual([result.OK, result.Status, result.Error], [false, status, text], body);
    }
    assert.deepEqual([...local.state.services()].map(({ id }) => id).sort(), ['good', 'last']);
    const unknown = await call('PUT', '/v1/agent/service/deregister/nobody');
    assert.deepEqual(JSON.parse(await bulk(call, DEREGISTER, '[{"ID":"nobody"},{"ID":"good"}]')), [
      { ID: 'nobody', OK: false, Status: unknown.status, Error: unknown.body },
      { ID: 'good', OK: true },
    ]);
  });

  test('of the same ID are taken in order, and the last one counts', async () => {
    const { local, call } = await openApi({ level: 'error' });
    const body = [web('a', { Port: 1 }), web('a', { Port: 0, Name: '' }), web('a', { Port: 2 })].join('\n');
    assert.equal((await bulk(call, REGISTER, body)).match(/"OK":true/g)?.length, 2);
    assert.equal(local.state.service('a')?.definition.Port, 2);
  });

  test('have the token of the request, and lose the checks they no longer have only when that is asked for', async () => {
    const { local, call } = await openApi({ level: 'error' });
    const checks = {
      Checks: [
        { CheckID: 'one', TTL: '1h' },
        { CheckID: 'two', TTL: '1h' },
      ],
    };
    await bulk(call, REGISTER, web('a', { ...checks, Token: 'other' }), { 'x-consul-token': 'secret' });
    assert.equal(local.state.service('a')?.token, 'secret');
    const fewer = web('a', { Checks: [{ CheckID: 'one', TTL: '1h' }] });
    await bulk(call, REGISTER, fewer);
    assert.equal(local.state.checksOf('a').length, 2);
    await bulk(call, `${REGISTER}?replace-existing-checks=true`, fewer);
    assert.deepEqual(
      local.state.checksOf('a').map(({ id }) => id),
      ['one'],
    );
  });

  test('whose stream is no longer one are done up to there', async () => {
    const { local, call } = await openApi({ level: 'error' });
    assert.deepEqual(JSON.parse(await bulk(call, REGISTER, `[${web('a')},${web('b')}} ,${web('c')}]`)), [
      { ID: 'a', OK: true },
      {
        ...{ ID: '', OK: false, Status: 400 },
        Error: "Request decode failed: invalid character '}' after array element",
      },
    ]);
    assert.deepEqual(
      [...local.state.services()].map(({ id }) => id),
      ['a'],
    );
    const { status, body } = await call('PUT', REGISTER, 'nonsense');
    assert.deepEqual(
      [status, body],
      [400, "Request decode failed: invalid character 'n' looking for beginning of value"],
    );
  });

  test('cost one of them alone where an error of ours is met', async (context) => {
    const surprises: unknown[] = [];
    const hear = (error: unknown): void => void surprises.push(error);
    const { local, call } = await openApi({ level: 'error' });
    const place = LocalState.prototype.putService;
    context.mock.method(LocalState.prototype, 'putService', function (this: LocalState, put: ServicePut) {
      if (put.definition.ID === 'b') throw new Error('a bug');
      return place.call(this, put);
    });
    // What is thrown in a later turn ends a test, unless somebody takes it.
    process.prependListener('uncaughtException', hear);
    const others = process.listeners('uncaughtException').filter((listener) => listener !== hear);
    for (const other of others) process.off('uncaughtException', other);
    try {
      assert.deepEqual(JSON.parse(await bulk(call, REGISTER, `[${web('a')},${web('b')},${web('c')}]`)), [
        { ID: 'a', OK: true },
        { ID: '', OK: false, Status: 500, Error: 'Internal Server Error' },
        { ID: 'c', OK: true },
      ]);
      await waitFor(() => surprises.length > 0, 'the bug to be told');
    } finally {
      process.off('uncaughtException', hear);
      for (const other of others) process.on('uncaughtException', other as (error: Error) => void);
    }
    assert.deepEqual(
      [...local.state.services()].map(({ id }) => id),
      ['a', 'c'],
    );
  });

  test('have an answer with an end where an error of ours ends the stream', async (context) => {
    const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'lictor-bulk-'));
    const surprises: unknown[] = [];
    const hear = (error: unknown): void => void surprises.push(error);
    const { local, call } = await openApi({ level: 'error', config: { dataDir } });
    const fail = (): never => assert.fail('a bug');
    context.mock.method(LineSplitter.prototype, 'feed', function* () {
      yield Buffer.from(web('a'));
      fail();
    });
    process.prependListener('uncaughtException', hear);
    const others = process.listeners('uncaughtException').filter((listener) => listener !== hear);
    for (const other of others) process.off('uncaughtException', other);
    try {
      assert.equal(
        await bulk(call, REGISTER, web('a'), LINES),
        '{"ID":"a","OK":true}\n{"ID":"","OK":false,"Status":500,"Error":"Internal Server Error"}\n',
      );
      await waitFor(() => surprises.length > 0, 'the bug to be told');
    } finally {
      process.off('uncaughtException', hear);
      for (const other of others) process.on('uncaughtException', other as (error: Error) => void);
    }
    // What was taken before is as durable as ever.
    await local.stop();
    const again = await openLocal({ level: 'error', config: { dataDir } });
    assert.ok(again.local.state.service('a'));
    await again.local.stop();
    fs.rmSync(dataDir, { recursive: true });
  });

  test('are on the disk when they are answered, and there after a restart', async () => {
    const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'lictor-bulk-'));
    const first = await openApi({ level: 'error', config: { dataDir } });
    const ids = Array.from({ length: 300 }, (_, at) => `s${at}`);
    const answer = await bulk(first.call, REGISTER, ids.map((id) => web(id, { Check: { TTL: '1h' } })).join('\n'));
    assert.equal(answer.match(/"OK":true/g)?.length, 300);
    await bulk(first.call, DEREGISTER, '[{"ID":"s7"}]');
    await first.local.stop();
    const { local } = await openLocal({ level: 'error', config: { dataDir } });
    assert.deepEqual(
      [...local.state.services()].map(({ id }) => id),
      ids.filter((id) => id !== 's7'),
    );
    assert.equal([...local.state.checks()].length, 299);
    await local.stop();
    fs.rmSync(dataDir, { recursive: true });
  });

  test('keep nobody else waiting for the catalog', async () => {
    const { local, leader, call } = await openApi({ level: 'error' });
    local.start();
    await settle();
    // The first round hangs while the stream goes on.
    const propose = leader.propose.bind(leader);
    let letGo = (): void => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    leader.propose = (command) => held.then(() => propose(command));
    const many = Array.from({ length: 5_000 }, (_, at) => web(`many-${at}`)).join('\n');
    const answer = bulk(call, REGISTER, many);
    await waitFor(() => local.state.backlog.added === 5_000, 'all to be taken');
    assert.ok(local.state.backlog.size > 3_000, 'a round takes a share');
    const single = call('PUT', '/v1/agent/service/register', web('single'));
    letGo();
    assert.equal((await single).status, 200);
    const { catalog } = leader.store;
    assert.ok(catalog.nodeService('node1', 'single'));
    assert.ok(local.state.backlog.size > 0, 'most of the others come behind it');
    assert.equal((await answer).match(/"OK":true/g)?.length, 5_000);
    assert.equal(local.state.backlog.size, 0);
    assert.ok(catalog.nodeService('node1', 'many-4999'), 'the answer ends when all are in the catalog');
    await local.stop();
  });

  test('are answered where there is no leader, and when the agent stops', async () => {
    const { local, leader, call } = await openApi({ level: 'error' });
    local.start();
    await settle();
    leader.obstacle = 'no-leader';
    assert.equal(await bulk(call, REGISTER, `[${web('a')}]`), '[{"ID":"a","OK":true}]');
    leader.obstacle = null;
    await local.stop();
    assert.equal(await bulk(call, REGISTER, `[${web('b')}]`), '[{"ID":"b","OK":true}]');
  });
});
