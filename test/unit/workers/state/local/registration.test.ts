import assert from 'node:assert/strict';
import test from 'node:test';
import { settle } from './fake-clock.js';
import { FakeRunner, localConfig, openLocal } from './local-fixture.js';
import { checkType, registration, SECOND_NS } from './registrations.js';

const OK = { ok: true };
const TTL = { TTL: 10 * SECOND_NS };

test('one check is named after its service, several are numbered by their place', async () => {
  const { local } = await openLocal();
  assert.deepEqual(await local.registrar.registerService(registration({ Service: 'web' }, [TTL])), OK);
  const several = registration({ ID: 'db1', Service: 'db' }, [TTL, { ...TTL, CheckID: 'own' }, TTL]);
  assert.deepEqual(await local.registrar.registerService(several), OK);
  assert.deepEqual(
    [...local.state.checks()].map(({ id }) => id),
    ['service:web', 'service:db1:1', 'own', 'service:db1:3'],
  );
  assert.equal(local.state.check('service:web')?.check.Name, "Service 'web' check");
  assert.equal(local.state.check('service:web')?.check.Status, 'critical');
  await local.stop();
});

test('a check that exists keeps its status and output when its service is registered again', async () => {
  const { local } = await openLocal();
  await local.registrar.registerService(registration({ Service: 'web' }, [TTL]));
  local.ttl.update('service:web', 'passing', 'fine');
  await local.registrar.registerService(registration({ Service: 'web', Port: 80 }, [{ ...TTL, Status: 'critical' }]));
  const check = local.state.check('service:web')?.check;
  assert.deepEqual([check?.Status, check?.Output], ['passing', 'fine']);
  await local.stop();
});

test('checks of the former definition stay unless they are to be replaced', async () => {
  const { local } = await openLocal();
  await local.registrar.registerService(registration({ Service: 'web' }, [TTL]));
  await local.registrar.registerService(registration({ Service: 'web' }, [TTL, TTL]));
  const ids = (): string[] => local.state.checksOf('web').map(({ id }) => id);
  assert.deepEqual(ids(), ['service:web', 'service:web:1', 'service:web:2']);
  await local.maintenance.enterService('web', '', '');
  const replacing = { replaceExistingChecks: true };
  await local.registrar.registerService(registration({ Service: 'web' }, [{ ...TTL, CheckID: 'only' }], replacing));
  assert.deepEqual(ids().sort(), ['_service_maintenance:web', 'only']);
  await local.stop();
});

test('a check that moves to another service leaves the first one', async () => {
  const { local } = await openLocal();
  for (const Service of ['a', 'b']) await local.registrar.registerService(registration({ Service }));
  const check = checkType({ CheckID: 'c', Name: 'c', ...TTL });
  for (const serviceId of ['a', 'b']) await local.registrar.registerCheck({ check, serviceId, token: '' });
  assert.deepEqual(local.state.checksOf('a'), []);
  await local.registrar.deregisterService('a');
  assert.equal(local.state.check('c')?.check.ServiceID, 'b');
  await local.stop();
});

test('the address of a service is also given under the names of its family', async () => {
  const { local } = await openLocal();
  const given = { Service: 'web', Address: '10.0.0.1', Port: 80, TaggedAddresses: { lan: { Address: 'x', Port: 1 } } };
  await local.registrar.registerService(registration(given));
  await local.registrar.registerService(registration({ Service: 'six', Address: '2001:db8::1', Port: 1 }));
  await local.registrar.registerService(registration({ Service: 'named', Address: 'host.example', Port: 1 }));
  const own = { Address: '10.0.0.1', Port: 80 };
  const addresses = (id: string): unknown => local.state.service(id)?.definition.TaggedAddresses;
  assert.deepEqual(addresses('web'), { lan_ipv4: own, wan_ipv4: own, lan: { Address: 'x', Port: 1 } });
  assert.deepEqual(Object.keys(addresses('six') as object), ['lan_ipv6', 'wan_ipv6']);
  assert.equal(addresses('named'), null);
  await local.stop();
});

test('names that DNS cannot find are warned about at every registration, tags at debug', async () => {
  const { local, takeLog } = await openLocal();
  const odd = registration({ Service: 'a.b', Tags: ['x_y'] });
  await local.registrar.registerService(odd);
  await local.registrar.registerService(odd);
  await local.registrar.registerService(registration({ Service: 'n'.repeat(64) }));
  const tail =
    'will not be discoverable via DNS due to invalid characters. Valid characters include all alpha-numerics and dashes.';
  const lines = takeLog();
  assert.equal(lines.filter((line) => line === `[WARN]  agent: Service name ${tail}: service=a.b`).length, 2);
  assert.equal(lines.filter((line) => line === `[DEBUG] agent: Service tag ${tail}: tag=x_y`).length, 2);
  const long = `[WARN]  agent: Service name will not be discoverable via DNS due to it being too long. Valid lengths are between 1 and 63 bytes.: service=${'n'.repeat(64)}`;
  assert.ok(lines.includes(long));
  await local.stop();
});

test('a port is free again when the last service on it is gone', async () => {
  const { local } = await openLocal();
  const at = (Service: string, Port: number) => local.registrar.registerService(registration({ Service, Port }));
  await at('one', 21000);
  await at('two', 21000);
  await at('two', 21000);
  await at('three', 21000);
  assert.equal(local.state.usesPort(21000), true);
  await at('one', 8080);
  await local.registrar.deregisterService('two');
  assert.equal(local.state.usesPort(21000), true);
  await local.registrar.deregisterService('three');
  assert.equal(local.state.usesPort(21000), false);
  await at('three', 21000);
  assert.equal(local.state.usesPort(21000), true);
  await local.stop();
});

test('a sidecar is registered beside its service, on the first free port, and goes with it', async () => {
  const { local } = await openLocal();
  const sidecar = { service: registration({}).service, checks: [] };
  await local.registrar.registerService(registration({ Service: 'blocker', Port: 21000 }));
  await local.registrar.registerService(registration({ ID: 'web1', Service: 'web', Port: 80 }, [], { sidecar }));
  const proxy = local.state.service('web1-sidecar-proxy')?.definition;
  assert.equal(proxy?.Service, 'web-sidecar-proxy');
  assert.equal(proxy?.Kind, 'connect-proxy');
  assert.equal(proxy?.Port, 21001);
  assert.equal(proxy?.Proxy.DestinationServiceID, 'web1');
  assert.equal(proxy?.Proxy.LocalServicePort, 80);
  assert.deepEqual(
    local.state.checksOf('web1-sidecar-proxy').map(({ check }) => [check.Name, check.Type]),
    [
      ['Connect Sidecar Listening', 'tcp'],
      ['Connect Sidecar Aliasing web1', 'alias'],
    ],
  );
  // Again: the port stays.
  await local.registrar.registerService(registration({ ID: 'web1', Service: 'web', Port: 81 }, [], { sidecar }));
  assert.equal(local.state.service('web1-sidecar-proxy')?.definition.Port, 21001);
  assert.deepEqual(await local.registrar.deregisterService('web1'), OK);
  assert.equal(local.state.service('web1-sidecar-proxy'), undefined);
  assert.equal(local.state.checksOf('web1-sidecar-proxy').length, 0);
  await local.stop();
});

test('probes are handed over, and go on undisturbed when registered again unchanged', async () => {
  const { local, runner } = await openLocal();
  const http = { HTTP: 'http://10.0.0.1/', Interval: 10 * SECOND_NS, Header: { Host: ['a'] } };
  await local.registrar.registerService(registration({ Service: 'web' }, [http]));
  await settle();
  const task = runner.of('service:web');
  assert.deepEqual([task?.intervalMs, task?.timeoutMs, task?.serviceId], [10_000, 10_000, 'web']);
  assert.deepEqual(task?.probe, {
    kind: 'http',
    url: 'http://10.0.0.1/',
    method: 'GET',
    headers: { Host: ['a'] },
    body: '',
    followRedirects: true,
    tls: { serverName: '', skipVerify: false },
  });
  await local.registrar.registerService(registration({ Service: 'web' }, [{ ...http, Header: { Host: ['a'] } }]));
  await settle();
  assert.equal(runner.added, 1);
  await local.registrar.registerService(registration({ Service: 'web' }, [{ ...http, Timeout: SECOND_NS }]));
  await settle();
  assert.equal(runner.added, 2);
  assert.equal(runner.tasks.size, 1);
  assert.notEqual(runner.of('service:web')?.key, task?.key);
  await local.registrar.deregisterService('web');
  await settle();
  assert.equal(runner.tasks.size, 0);
  await local.stop();
});

test('a result that comes after its check was replaced does not count', async () => {
  const { local, runner } = await openLocal();
  const tcp = { TCP: '10.0.0.1:1', Interval: 10 * SECOND_NS };
  await local.registrar.registerService(registration({ Service: 'web' }, [tcp]));
  await settle();
  const old = runner.of('service:web')?.key ?? 0;
  await local.registrar.registerService(registration({ Service: 'web' }, [{ ...tcp, Timeout: SECOND_NS }]));
  await settle();
  runner.report([{ key: old, status: 'passing', output: 'late' }]);
  assert.equal(local.state.check('service:web')?.check.Status, 'critical');
  runner.report([{ key: runner.of('service:web')?.key ?? 0, status: 'passing', output: 'ok' }]);
  assert.equal(local.state.check('service:web')?.check.Status, 'passing');
  await local.stop();
});

test('intervals below a second are raised, and shown as given', async () => {
  const { local, runner, takeLog } = await openLocal();
  const check = checkType({ Name: 'quick', TCP: 'a:1', Interval: 0.1 * SECOND_NS });
  await local.registrar.registerCheck({ check, serviceId: '', token: '' });
  await settle();
  assert.equal(runner.of('quick')?.intervalMs, 1000);
  assert.equal(local.state.check('quick')?.check.Interval, '100ms');
  assert.ok(takeLog().includes('[WARN]  agent: check has interval below minimum: check=quick minimum_interval=1s'));
  await local.stop();
});

test('what a definition lacks is said in the recorded words', async () => {
  const { local } = await openLocal();
  const cases: [Parameters<typeof checkType>[0], string, string][] = [
    [{ Name: 'x' }, 'invalid', 'Invalid check: TTL must be > 0 for TTL checks'],
    [{ TTL: 1 }, 'invalid', 'Missing check name'],
    [{ Name: 'x', ...TTL, Status: 'odd' }, 'invalid', 'Bad check status'],
    [{ Name: 'x', ...TTL, OutputMaxSize: -1 }, 'invalid', 'Invalid check: MaxOutputMaxSize must be positive'],
    [{ Name: 'x', AliasNode: 'n', ...TTL }, 'invalid', 'Invalid check: TTL must be not be set for Alias checks'],
    [{ Name: 'x', OSService: 'y', Interval: SECOND_NS }, 'unsupported', 'not implemented'],
    [
      { Name: 'x', ScriptArgs: ['a'], Interval: SECOND_NS },
      'unsupported',
      "Scripts are disabled on this agent from remote calls; to enable, configure 'enable_script_checks' to true",
    ],
  ];
  for (const [fields, code, text] of cases) {
    const outcome = await local.registrar.registerCheck({ check: checkType(fields), serviceId: '', token: '' });
    assert.deepEqual(outcome, { ok: false, code, text });
  }
  const orphan = await local.registrar.registerCheck({
    check: checkType({ Name: 'x', ...TTL }),
    serviceId: 'no',
    token: '',
  });
  assert.deepEqual(orphan, { ok: false, code: 'not-found', text: 'ServiceID "no" does not exist' });
  assert.equal([...local.state.checks()].length, 0);
  await local.stop();
});

test('a definition from a file may run scripts where only local ones are allowed', async () => {
  const script = { ScriptArgs: ['/bin/true'], Interval: SECOND_NS };
  const { local } = await openLocal({ config: { enableLocalScriptChecks: true } });
  const check = checkType({ Name: 'local', ...script });
  assert.deepEqual(await local.registrar.registerCheck({ check, serviceId: '', token: '' }, 'file'), OK);
  const record = local.state.check('local')?.check;
  assert.deepEqual([record?.Type, record?.Interval, record?.Timeout], ['', '0s', '0s']);
  const refused = await local.registrar.registerCheck({ check, serviceId: '', token: '' });
  assert.equal(refused.ok, false);
  await local.stop();
});

test('what a probe finds before the local part is open is not lost', async () => {
  class QuickRunner extends FakeRunner {
    override run(key: number): void {
      super.run(key);
      this.report([{ key, status: 'passing', output: 'fine' }]);
    }
  }
  const tcp = checkType({ Name: 'port', TCP: '10.0.0.1:1', Interval: 10 * SECOND_NS });
  const checks = [{ check: tcp, serviceId: '', token: '' }];
  const definitions = { services: [], checks, nodeMeta: {} };
  const { local } = await openLocal({ config: { definitions }, runner: new QuickRunner() });
  await settle();
  assert.equal(local.state.check('port')?.check.Status, 'passing');
  await local.stop();
});

test('a service of a file brings its sidecar along, and a reload follows what the file says of it', async () => {
  const web = (sidecar: boolean, Port = 80) => ({
    service: registration({ ID: 'web', Service: 'web', Port }).service,
    checks: [],
    sidecar: sidecar ? { service: registration({ Tags: ['mesh'] }).service, checks: [] } : null,
    token: '',
  });
  const configOf = (definition: ReturnType<typeof web>) => ({
    definitions: { services: [definition], checks: [], nodeMeta: {} },
  });
  const { local } = await openLocal({ config: configOf(web(true)) });
  const proxy = () => local.state.service('web-sidecar-proxy');
  const { Port, Tags, Proxy: of } = proxy()?.definition ?? {};
  assert.deepEqual([Port, Tags, of?.DestinationServiceName, of?.LocalServicePort], [21_000, ['mesh'], 'web', 80]);
  assert.equal(proxy()?.fromConfigFile, true);
  const before = proxy();
  assert.equal(await local.reload(localConfig(configOf(web(true)))), null);
  assert.equal(proxy(), before, 'what stays the same is not registered anew');
  assert.equal(await local.reload(localConfig(configOf(web(true, 81)))), null);
  assert.equal(proxy()?.definition.Port, 21_000);
  assert.equal(proxy()?.definition.Proxy.LocalServicePort, 81);
  assert.equal(await local.reload(localConfig(configOf(web(false)))), null);
  assert.equal(proxy(), undefined);
  assert.ok(local.state.service('web'));
  const wrong = web(true);
  const bad = { ...wrong, sidecar: { service: registration({ ID: 'other' }).service, checks: [] } };
  const text = await local.reload(localConfig(configOf(bad)));
  assert.match(text ?? '', /Invalid SidecarService: ID must be "web-sidecar-proxy" or not given/);
  await local.stop();
});

test('sidecars get ports of the range that is set aside, and none where there is no range', async () => {
  const sidecar = { service: registration({}).service, checks: [] };
  const narrow = await openLocal({ config: { sidecarPorts: { first: 500, last: 500 } } });
  const register = (at: typeof narrow, Service: string) =>
    at.local.registrar.registerService(registration({ Service, Port: 80 }, [], { sidecar }));
  assert.deepEqual(await register(narrow, 'a'), OK);
  assert.equal(narrow.local.state.service('a-sidecar-proxy')?.definition.Port, 500);
  const refused = await register(narrow, 'b');
  assert.ok(!refused.ok && refused.text === 'Invalid SidecarService: no free port left in the range [500, 500]');
  assert.equal(narrow.local.state.service('b'), undefined);
  await narrow.local.stop();
  const none = await openLocal({ config: { sidecarPorts: { first: 0, last: 0 } } });
  assert.equal((await register(none, 'a')).ok, false);
  await none.local.stop();
});
