import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import type { LocalDefinitions } from '../../../../../src/wire/definitions.js';
import { LocalDefinitionError } from '../../../../../src/workers/state/local/local-agent.js';
import { readJson } from '../../../../data.js';
import { settle } from './fake-clock.js';
import { openLocal } from './local-fixture.js';
import { checkType, registration, SECOND_NS } from './registrations.js';

interface Shown {
  readonly Status: string;
  readonly Output: string;
  readonly Type: string;
  readonly ServiceID: string;
  readonly Interval: string;
  readonly Timeout: string;
  readonly Notes: string;
}
interface Vectors {
  readonly files: { readonly [name: string]: { readonly text: string; readonly sha256of?: string } };
  readonly afterRestart: {
    readonly checks: { readonly [id: string]: Shown };
    readonly services: readonly string[];
    readonly logs: readonly string[];
  };
}

const vectors = readJson('agent/persisted.json') as Vectors;
const CLOCK_START_S = 1_700_000_000;

/** A stock agent's data directory; the TTL of `shortttl` has run out. */
function stockDirectory(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lictor-stock-'));
  for (const [name, { text, sha256of }] of Object.entries(vectors.files)) {
    if (!name.startsWith('services/') && !name.startsWith('checks/')) continue;
    const expires = sha256of === 'service:shortttl' ? CLOCK_START_S - 10 : CLOCK_START_S + 3000;
    fs.mkdirSync(path.join(folder, path.dirname(name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), text.replace('<n>', String(expires)));
  }
  return folder;
}

function snapshot(folder: string): string {
  const hash = createHash('sha256');
  for (const name of fs.readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    const file = path.join(folder, name);
    if (name.startsWith('local') || !fs.statSync(file).isFile()) continue;
    hash.update(name).update(fs.readFileSync(file));
  }
  return hash.digest('hex');
}

const FILE_DEFINITIONS: LocalDefinitions = {
  services: [{ service: registration({ ID: 'min', Service: 'min' }).service, checks: [], sidecar: null, token: '' }],
  checks: [
    {
      check: checkType({ CheckID: 'tcp', Name: 'tcp', TCP: '127.0.0.1:31799', Interval: 3600 * SECOND_NS }),
      serviceId: '',
      token: '',
    },
  ],
  nodeMeta: {},
};

const shownChecks = (local: Awaited<ReturnType<typeof openLocal>>['local']): { [id: string]: Shown } =>
  Object.fromEntries(
    [...local.state.checks()].map(({ id, check }) => {
      const { Status, Output, Type, ServiceID, Interval, Timeout, Notes } = check;
      return [id, { Status, Output, Type, ServiceID, Interval, Timeout, Notes }];
    }),
  );

test('a stock data directory is taken over as a restarted stock agent takes it, and left as it was', async () => {
  const dataDir = stockDirectory();
  const before = snapshot(dataDir);
  const config = { dataDir, definitions: FILE_DEFINITIONS, enableScriptChecks: true };
  const { local, takeLog } = await openLocal({ config });
  assert.deepEqual(shownChecks(local), vectors.afterRestart.checks);
  assert.deepEqual([...local.state.services()].map(({ id }) => id).sort(), [...vectors.afterRestart.services].sort());
  const withoutFile = (line: string): string => line.replace(/ file=\S+/, '');
  const lines = new Set(takeLog().map(withoutFile));
  for (const line of vectors.afterRestart.logs) assert.ok(lines.has(withoutFile(line)), line);
  await local.stop();
  assert.equal(snapshot(dataDir), before);

  // From its own store, without the file definitions, what they displaced is gone.
  const again = await openLocal({ config: { dataDir, enableScriptChecks: true } });
  assert.deepEqual([...again.local.state.services()].map(({ id }) => id).sort(), [
    'odd name/with "stuff"',
    'shortttl',
    'web1',
  ]);
  assert.equal(again.local.state.check('tcp'), undefined);
  await again.local.stop();
  fs.rmSync(dataDir, { recursive: true });
});

test('registrations, removals and TTL states survive a restart; other checks start critical', async () => {
  const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'lictor-local-'));
  const first = await openLocal({ config: { dataDir } });
  const { registrar } = first.local;
  const ttl = { TTL: 60 * SECOND_NS };
  const http = { HTTP: 'http://x/', Interval: SECOND_NS, Status: 'passing' };
  await registrar.registerService(registration({ ID: 'a', Service: 'web', Port: 1 }, [ttl, http], { token: 'secret' }));
  await registrar.registerService(registration({ ID: 'b', Service: 'web' }, [ttl]));
  await registrar.registerService(registration({ ID: 'c', Service: 'web' }, [ttl]));
  await first.local.maintenance.enterService('a', 'why', '');
  await registrar.deregisterService('b');
  first.local.ttl.update('service:a:1', 'passing', 'alive');
  first.local.ttl.update('service:c', 'passing', 'short');
  await first.clock.advance(30_000);
  first.local.ttl.update('service:a:1', 'warning', 'still');
  await first.local.stop();
  await first.clock.advance(40_000);

  const second = await openLocal({ config: { dataDir }, clock: first.clock });
  assert.deepEqual(
    [...second.local.state.services()].map(({ id, token }) => [id, token]),
    [
      ['a', 'secret'],
      ['c', ''],
    ],
  );
  const shown = shownChecks(second.local);
  assert.deepEqual([shown['service:a:1']?.Status, shown['service:a:1']?.Output], ['warning', 'still']);
  assert.deepEqual([shown['service:a:2']?.Status, shown['service:a:2']?.Type], ['critical', 'http']);
  assert.equal(shown['service:c']?.Status, 'critical');
  assert.equal(shown['_service_maintenance:a']?.Notes, 'why');
  // The full TTL again.
  await second.clock.advance(59_999);
  assert.equal(shownChecks(second.local)['service:a:1']?.Status, 'warning');
  await second.clock.advance(1);
  assert.equal(shownChecks(second.local)['service:a:1']?.Status, 'critical');
  await settle();
  assert.equal(second.runner.tasks.size, 1);
  await second.local.stop();
  fs.rmSync(dataDir, { recursive: true });
});

test('a TTL check from a file goes on where it was', async () => {
  const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'lictor-local-'));
  const definitions: LocalDefinitions = {
    services: [
      {
        service: registration({ ID: 'ff', Service: 'ff' }).service,
        checks: [checkType({ TTL: 60 * SECOND_NS })],
        sidecar: null,
        token: '',
      },
    ],
    checks: [],
    nodeMeta: {},
  };
  const first = await openLocal({ config: { dataDir, definitions } });
  first.local.ttl.update('service:ff', 'passing', 'file check');
  await first.local.stop();
  const second = await openLocal({ config: { dataDir, definitions }, clock: first.clock });
  assert.equal(shownChecks(second.local)['service:ff']?.Status, 'passing');
  assert.equal(shownChecks(second.local)['service:ff']?.Output, 'file check');
  await second.local.stop();
  fs.rmSync(dataDir, { recursive: true });
});

test('a reload keeps what stays, removes what is gone from the files, and writes nothing for the rest', async () => {
  const service = (name: string, port: number) => ({
    service: registration({ ID: name, Service: name, Port: port }).service,
    checks: [checkType({ TTL: 600 * SECOND_NS })],
    sidecar: null,
    token: '',
  });
  const definitions = (...services: ReturnType<typeof service>[]): LocalDefinitions => ({
    services,
    checks: [],
    nodeMeta: {},
  });
  const { local, leader } = await openLocal({
    level: 'error',
    config: { definitions: definitions(service('stays', 1), service('goes', 1), service('moves', 1)) },
  });
  await local.registrar.registerService(registration({ Service: 'api' }));
  local.start();
  await settle();
  local.ttl.update('service:stays', 'passing', 'fine');
  await settle();
  const writes = leader.proposed.length;
  const { localConfig } = await import('./local-fixture.js');
  const next = localConfig({ definitions: definitions(service('stays', 1), service('moves', 2), service('new', 1)) });
  assert.equal(await local.reload(next), null);
  await settle();
  assert.deepEqual([...local.state.services()].map(({ id }) => id).sort(), ['api', 'moves', 'new', 'stays']);
  assert.equal(local.state.check('service:stays')?.check.Status, 'passing');
  const names = leader.proposed.slice(writes).map((command) => {
    if (command.type === 0) return `+${command.body.Service?.ID}`;
    return command.type === 1 ? `-${command.body.ServiceID}` : '';
  });
  assert.deepEqual(names.sort(), ['+moves', '+new', '-goes']);
  await local.stop();
});

test('a reload keeps checks of a service that the files define beside it or that the API gave it', async () => {
  const service = registration({ ID: 'web', Service: 'web' }).service;
  const ttl = (name: string) => checkType({ Name: name, TTL: 600 * SECOND_NS });
  const definitions = (checks: readonly string[], beside: readonly string[]): LocalDefinitions => ({
    services: [{ service, checks: checks.map(ttl), sidecar: null, token: '' }],
    checks: beside.map((name) => ({ check: ttl(name), serviceId: 'web', token: '' })),
    nodeMeta: {},
  });
  const { local, leader } = await openLocal({
    level: 'error',
    config: { definitions: definitions(['own', 'goes'], ['beside', 'goes too']) },
  });
  await local.registrar.registerCheck({ check: ttl('api'), serviceId: 'web', token: '' });
  local.start();
  await settle();
  for (const id of ['beside', 'api']) local.ttl.update(id, 'passing', 'fine');
  await settle();
  const { localConfig } = await import('./local-fixture.js');
  const shown = () => [...local.state.checks()].map(({ id, check }) => `${id}: ${check.Status}`).sort();
  const same = leader.proposed.length;
  assert.equal(
    await local.reload(localConfig({ definitions: definitions(['own', 'goes'], ['beside', 'goes too']) })),
    null,
  );
  await settle();
  assert.deepEqual(shown(), [
    'api: passing',
    'beside: passing',
    'goes too: critical',
    'service:web:1: critical',
    'service:web:2: critical',
  ]);
  assert.equal(leader.proposed.length, same, 'nothing changed, nothing written');
  assert.equal(await local.reload(localConfig({ definitions: definitions(['own'], ['beside']) })), null);
  await settle();
  assert.deepEqual(shown(), ['api: passing', 'beside: passing', 'service:web: critical']);
  await local.stop();
});

test('changed node metadata is in the catalog right after a reload, without waiting for the next full sync', async () => {
  const { local, leader } = await openLocal({ level: 'error', config: { nodeMeta: { rack: '1' } } });
  local.start();
  await settle();
  const writes = leader.proposed.length;
  const { localConfig } = await import('./local-fixture.js');
  assert.equal(await local.reload(localConfig({ nodeMeta: { rack: '1' } })), null);
  await settle();
  assert.equal(leader.proposed.length, writes, 'nothing changed, nothing written');
  assert.equal(await local.reload(localConfig({ nodeMeta: { rack: '2' } })), null);
  await settle();
  const racks = leader.proposed
    .slice(writes)
    .map((command) => (command.type === 0 ? command.body.NodeMeta?.['rack'] : null));
  assert.deepEqual(racks, ['2']);
  await local.stop();
});

test('a reload with a definition that can not be changes nothing', async () => {
  const service = (name: string) => ({
    service: registration({ ID: name, Service: name }).service,
    checks: [],
    sidecar: null,
    token: '',
  });
  const definitions = (services: readonly string[], checks: LocalDefinitions['checks']): LocalDefinitions => ({
    services: services.map(service),
    checks,
    nodeMeta: {},
  });
  const { local, leader } = await openLocal({
    level: 'error',
    config: { definitions: definitions(['web', 'old'], []) },
  });
  local.start();
  await settle();
  const writes = leader.proposed.length;
  const { localConfig } = await import('./local-fixture.js');
  const script = checkType({ Name: 'script', ScriptArgs: ['true'], Interval: 5 * SECOND_NS });
  const orphan = checkType({ Name: 'orphan', TTL: 5 * SECOND_NS });
  for (const [check, serviceId, text] of [
    [script, '', /^Failed to register check 'script': Scripts are disabled/],
    [orphan, 'old', /^Failed to register check 'orphan': ServiceID "old" does not exist/],
  ] as const) {
    const config = localConfig({ definitions: definitions(['web', 'new'], [{ check, serviceId, token: '' }]) });
    assert.match((await local.reload(config)) ?? '', text);
    await settle();
    assert.deepEqual([...local.state.services()].map(({ id }) => id).sort(), ['old', 'web']);
    assert.equal(leader.proposed.length, writes);
  }
  await local.stop();
});

test('a definition that the agent may not run ends the start with its name', async () => {
  const check = checkType({ Name: 'a', ScriptArgs: ['true'], Interval: 5 * SECOND_NS });
  const definitions: LocalDefinitions = { services: [], checks: [{ check, serviceId: '', token: '' }], nodeMeta: {} };
  await assert.rejects(openLocal({ config: { definitions } }), (error) => {
    assert.ok(error instanceof LocalDefinitionError);
    const text =
      "Failed to register check 'a': Scripts are disabled on this agent; to enable, configure 'enable_script_checks' or 'enable_local_script_checks' to true";
    assert.equal(error.message, text);
    return true;
  });
});
