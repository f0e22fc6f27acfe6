// `services register`, `deregister` and `sync` with many services: one stream where the agent takes one, single calls where it doesn't.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it, test } from 'node:test';
import { type AgentProcess, startAgent } from '../../agent-process.js';
import { startFakeAgent } from './fake-agent.js';
import { lictor, type Outcome } from './program.js';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lictor-services-'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));

function write(name: string, text: string): string {
  const file = path.join(folder, name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, text);
  return file;
}

function definitions(count: number, more: object = {}): string {
  const services = Array.from({ length: count }, (_, at) => ({ id: `s${at}`, name: 'many', port: 1000 + at, ...more }));
  return JSON.stringify({ services });
}

describe('services of files', { concurrency: false }, () => {
  let agent: AgentProcess;
  const run = (argv: readonly string[], stdin = ''): Promise<Outcome> =>
    lictor(['services', ...argv.slice(0, 1), `-http-addr=127.0.0.1:${agent.ports.http}`, ...argv.slice(1)], { stdin });
  const known = async (): Promise<{ readonly [id: string]: { readonly Port: number; readonly Meta: object } }> =>
    (await agent.json('/v1/agent/services')) as { [id: string]: { Port: number; Meta: object } };

  before(async () => {
    agent = await startAgent({ args: ['-dev'] });
  });
  after(() => agent?.stop());

  it('many are registered with one line, and removed with one', async () => {
    const file = write('many.json', definitions(1_500));
    assert.deepEqual(await run(['register', file]), { code: 0, stdout: 'Registered 1500 services\n', stderr: '' });
    assert.equal(Object.keys(await known()).length, 1_500);
    assert.deepEqual(await run(['deregister', file]), { code: 0, stdout: 'Deregistered 1500 services\n', stderr: '' });
    assert.deepEqual(await known(), {});
  });

  it('come from several files and standard input, in JSON and HCL', async () => {
    const json = write('one.json', '{"service":{"name":"one","port":1}}');
    const fromHcl = await run(['register', json, '-'], 'service {\n name = "two"\n checks = [{ ttl = "1h" }]\n}\n');
    assert.deepEqual(fromHcl, { code: 0, stdout: 'Registered service: one\nRegistered service: two\n', stderr: '' });
    const fromJson = await run(['register', '-'], '{"service":{"name":"three"}}');
    assert.deepEqual(fromJson, { code: 0, stdout: 'Registered service: three\n', stderr: '' });
    const bad = await run(['register', '-'], 'service {');
    assert.equal(bad.code, 1);
    assert.match(bad.stderr, /^Error: failed to parse standard input: /);
    const gone = await run(['deregister', '-'], '{"services":[{"name":"one"},{"name":"two"},{"name":"three"}]}');
    assert.equal(gone.stdout, 'Deregistered service: one\nDeregistered service: two\nDeregistered service: three\n');
  });

  it('are exported to more and more peers, and listed', async () => {
    assert.equal((await run(['exported-services'])).stdout, 'No exported services found\n');
    assert.deepEqual(await run(['export', '-name=web', '-consumer-peers=east']), {
      code: 0,
      stdout: 'Exported service: web => east\n',
      stderr: '',
    });
    assert.equal((await run(['export', '-name=web', '-consumer-peers=west,east'])).code, 0);
    assert.equal((await run(['export', '-name=db', '-consumer-peers=east'])).code, 0);
    const written = (await agent.json('/v1/config/exported-services/default')) as { readonly ModifyIndex: number };
    assert.equal((await run(['export', '-name=db', '-consumer-peers=east'])).code, 0);
    const after = (await agent.json('/v1/config/exported-services/default')) as { readonly ModifyIndex: number };
    assert.equal(after.ModifyIndex, written.ModifyIndex, 'what is exported already is not written again');
    const listed = await run(['exported-services']);
    assert.equal(listed.stdout, 'Service  Consumer Peers\ndb       east\nweb      east, west\n');
    const some = await run(['exported-services', '-format=json', '-filter=west in Consumers.Peers']);
    assert.deepEqual(JSON.parse(some.stdout), [{ Service: 'web', Consumers: { Peers: ['east', 'west'] } }]);
    for (const [argv, problem] of [
      [['export'], 'Missing the required -name flag\n'],
      [['export', '-name=web'], 'Missing the required -consumer-peers flag\n'],
      [['export', '-name=web', '-consumer-partitions=p'], 'Admin partitions are a Consul Enterprise feature\n'],
      [['exported-services', '-format=yaml'], 'Unknown format: yaml\n'],
    ] as const) {
      assert.deepEqual(await run(argv), { code: 1, stdout: '', stderr: problem });
    }
  });

  it('those that are refused are named, and the others registered', async () => {
    const file = write(
      'bad.json',
      '{"services":[{"name":"good"},{"name":"bad","weights":{"passing":0,"warning":1}},{"name":"last"}]}',
    );
    const { code, stdout, stderr } = await run(['register', file]);
    assert.equal(code, 1);
    assert.equal(stdout, 'Registered service: good\nRegistered service: last\n');
    assert.match(
      stderr,
      /^Error registering service "bad": Unexpected response code: 400 \(Invalid Weights: [^\n]*\)\n/,
    );
    assert.match(stderr, /Registered 2 of 3 services\n$/);
    assert.deepEqual(Object.keys(await known()).sort(), ['good', 'last']);
    await run(['deregister', write('rest.json', '{"services":[{"name":"good"},{"name":"last"}]}')]);
  });

  it('are synced: what differs is shown, done, and then nothing differs', async () => {
    await agent.request('PUT', '/v1/agent/service/register', '{"Name":"by-hand","Port":7}');
    const check = { checks: [{ name: 'up', ttl: '1h' }] };
    write('sync/a.json', definitions(3, check));
    write('sync/b.hcl', 'service {\n name = "web"\n port = 80\n}\n');
    const directory = path.join(folder, 'sync');

    const first = await run(['sync', '-dry-run', directory]);
    assert.equal(first.code, 2);
    assert.equal(
      first.stdout,
      '+ s0 (many)\n+ s1 (many)\n+ s2 (many)\n+ web (web)\n4 to add, 0 to change, 0 not defined, 0 unchanged\n',
    );
    assert.deepEqual(Object.keys(await known()), ['by-hand']);
    assert.equal((await run(['sync', directory])).code, 0);
    assert.deepEqual(await run(['sync', '-dry-run', '-prune', directory]), {
      code: 0,
      stdout: '0 to add, 0 to change, 0 to remove, 4 unchanged\n',
      stderr: '',
    });

    // A port, a check that the agent doesn't show as it was given, a service less.
    write('sync/a.json', definitions(2, { checks: [{ name: 'up', ttl: '2h' }] }));
    write('sync/b.hcl', 'service {\n name = "web"\n port = 81\n}\n');
    const kept = await run(['sync', '-dry-run', directory]);
    assert.equal(
      kept.stdout,
      '~ s0 (many): definition\n~ s1 (many): definition\n~ web (web): Port\n! s2 (many): not defined\n' +
        '0 to add, 3 to change, 1 not defined, 0 unchanged\n',
    );
    const pruned = await run(['sync', '-prune', directory]);
    assert.equal(pruned.code, 0);
    assert.match(pruned.stdout, /\nRemoved service: s2\n$/);
    const services = await known();
    assert.deepEqual(Object.keys(services).sort(), ['by-hand', 's0', 's1', 'web']);
    assert.equal(services['web']?.Port, 81);
    assert.equal(services['by-hand']?.Port, 7);
    assert.equal((await run(['sync', '-dry-run', '-prune', directory])).code, 0);
  });

  it('bring their sidecars along, and lose them with their services or alone', async () => {
    const sidecar = '{"sidecar_service":{"meta":{"own":"1"}}}';
    const both = `{"services":[{"name":"one","port":1,"connect":{"sidecar_service":{}}},{"name":"two","port":2,"connect":${sidecar}}]}`;
    const file = write('sidecars.json', both);
    const sync = (): Promise<Outcome> => run(['sync', '-set=mesh', '-prune', file]);
    const ofMesh = async (): Promise<string[]> =>
      Object.keys(await known())
        .filter((id) => /^(?:one|two)/.test(id))
        .sort();
    assert.equal((await sync()).code, 0);
    assert.deepEqual(await ofMesh(), ['one', 'one-sidecar-proxy', 'two', 'two-sidecar-proxy']);
    assert.match((await sync()).stdout, /^0 to add, 0 to change, 0 to remove, 2 unchanged\n$/);
    write('sidecars.json', '{"services":[{"name":"one","port":1},{"name":"two","port":2}]}');
    assert.deepEqual([(await sync()).code, await ofMesh()], [0, ['one', 'two']]);
    write('sidecars.json', both);
    await sync();
    write('sidecars.json', '{}');
    const { code, stderr } = await sync();
    assert.deepEqual([code, stderr, await ofMesh()], [0, '', []]);
  });

  it('of one set never lose those of another, nor what came by hand', async () => {
    const other = write('other.json', '{"service":{"name":"other"}}');
    assert.equal((await run(['sync', '-set=second', '-prune', other])).code, 0);
    assert.deepEqual(Object.keys(await known()).sort(), ['by-hand', 'other', 's0', 's1', 'web']);
    const none = write('none.json', '{}');
    assert.equal((await run(['sync', '-set=second', '-prune', none])).code, 0);
    assert.deepEqual(Object.keys(await known()).sort(), ['by-hand', 's0', 's1', 'web']);
    const twice = write('twice.json', '{"services":[{"name":"x"},{"name":"x"}]}');
    assert.deepEqual(await run(['sync', twice]), {
      code: 1,
      stdout: '',
      stderr: 'Error: service "x" is defined twice\n',
    });
    assert.equal((await run(['sync'])).code, 1);
  });
});

test('an agent that has no stream gets one call after the other', async (context) => {
  const agent = await startFakeAgent(context);
  agent.answer('PUT /v1/agent/services/register', 'Invalid URL path: not a recognized HTTP API endpoint', 404);
  agent.answer('PUT /v1/agent/service/register', '');
  const file = write('three.json', definitions(3));
  const { code, stdout } = await lictor(['services', 'register', `-http-addr=${agent.address}`, file]);
  assert.equal(code, 0);
  assert.equal(stdout, 'Registered service: many\n'.repeat(3));
  assert.deepEqual(
    agent.asked.map(({ target }) => target),
    // Whether there is a stream is asked without sending it.
    ['/v1/agent/services/register', ...Array.from({ length: 3 }, () => '/v1/agent/service/register')],
  );
});

test('an answer that is cut, or none of the stream, is an error', async (context) => {
  const agent = await startFakeAgent(context);
  const file = write('two.json', definitions(2));
  const run = (): Promise<Outcome> => lictor(['services', 'register', `-http-addr=${agent.address}`, file]);
  agent.answer('PUT /v1/agent/services/register', '{"ID":"s0","OK":true}\n');
  assert.deepEqual(await run(), {
    code: 1,
    stdout: 'Registered service: many\n',
    stderr: 'Error registering services: unexpected EOF\nRegistered 1 of 2 services\n',
  });
  agent.answer('PUT /v1/agent/services/register', 'nonsense\n');
  assert.match((await run()).stderr, /^Error registering services: unexpected answer: /);
  agent.answer('PUT /v1/agent/services/register', 'Permission denied', 403);
  assert.match(
    (await run()).stderr,
    /^Error registering services: Unexpected response code: 403 \(Permission denied\)\n/,
  );
});
