import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Command, CommandType } from '../../../../../../src/wire/commands.js';
import { type EntryKind, type EntryOf, emptyEntry } from '../../../../../../src/wire/config-entries/entries.js';
import { StateStore } from '../../../../../../src/workers/state/replica/state-store.js';
import { deregister, proxy, register, service, TestStore } from '../store/commands.js';
import { readAll, writeAll } from '../store/stream.js';

function write<K extends EntryKind>(kind: K, name: string, fields: object, Op = 'upsert'): Command {
  const Entry = { ...emptyEntry(kind, name), ...fields } as EntryOf<K>;
  return { type: CommandType.configEntry, body: { Datacenter: 'dc1', Token: '', Op, Entry } };
}

const LINK = { CAFile: '', CertFile: '', KeyFile: '', SNI: '', DisableAutoHostRewrite: false };
function terminating(...names: readonly string[]): Command {
  return write('terminating-gateway', 'gw', { Services: names.map((Name) => ({ ...LINK, Name })) });
}

function listener(Port: number, ...names: readonly string[]): object {
  const rest = { TLS: null, RequestHeaders: null, ResponseHeaders: null, Meta: null, PassiveHealthCheck: null };
  const limits = { MaxConnections: 0, MaxPendingRequests: 0, MaxConcurrentRequests: 0 };
  return {
    Port,
    Protocol: 'http',
    TLS: null,
    Services: names.map((Name) => ({ Name, Hosts: null, ...rest, ...limits })),
  };
}

/** `web`, `web (all)` for one of all, with its kind. */
function shown(store: StateStore, gateway = 'gw'): string[] {
  return store.configEntries.gatewayServices(gateway).value.map(({ Service, Port, FromWildcard, ServiceKind }) => {
    const port = Port === 0 ? '' : `:${Port}`;
    return `${Service.Name}${port}${FromWildcard ? ' (all)' : ''} ${ServiceKind}`.trimEnd();
  });
}

const web = register({ Node: 'n', Service: service({ ID: 'web', Service: 'web' }) });
const webProxy = register({ Node: 'n', Service: proxy('web') });

test('a terminating gateway leads to what it names, and by * to every service but the servers own', () => {
  const store = new TestStore();
  store.runAll(web, register({ Node: 'n', Service: service({ ID: 'consul', Service: 'consul' }) }));
  store.runAll(terminating('db', '*'));
  assert.deepEqual(shown(store), ['*', 'db', 'web (all) service']);
  const before = store.index('gateway-services');
  store.runAll(terminating('db', '*'));
  assert.equal(store.index('gateway-services'), before, 'the same services again');
  store.runAll(register({ Node: 'n', Service: service({ ID: 'db', Service: 'db' }) }));
  assert.deepEqual(shown(store), ['*', 'db service', 'web (all) service'], 'a name is known to be a service');
  store.runAll(write('service-defaults', 'pay', { Destination: { Addresses: ['pay.example'], Port: 443 } }));
  assert.deepEqual(shown(store), ['*', 'db service', 'pay (all) destination', 'web (all) service']);
  store.runAll(write('service-defaults', 'pay', {}, 'delete'));
  store.runAll(deregister({ Node: 'n', ServiceID: 'web' }));
  assert.deepEqual(shown(store), ['*', 'db service']);
  store.runAll(write('terminating-gateway', 'gw', {}, 'delete'));
  assert.deepEqual(shown(store), []);
});

test('an ingress gateway leads by * to what has a proxy, at each of its ports', () => {
  const store = new TestStore();
  store.runAll(write('proxy-defaults', 'global', { Config: { protocol: 'http' } }));
  store.runAll(web, write('ingress-gateway', 'gw', { Listeners: [listener(80, '*'), listener(81, 'web', 'api')] }));
  assert.deepEqual(shown(store), ['*:80', 'api:81', 'web:81 service']);
  store.runAll(webProxy);
  assert.deepEqual(shown(store), ['*:80', 'api:81', 'web:80 (all) service', 'web:81 service']);
  store.runAll(deregister({ Node: 'n', ServiceID: 'web-proxy' }));
  assert.deepEqual(shown(store), ['*:80', 'api:81', 'web:81 service']);
});

test('a refused command leaves the mappings as they were', () => {
  const store = new TestStore();
  store.runAll(web, terminating('*'));
  const before = store.configEntries.gatewayServices('gw');
  const result = store.apply(
    store.appliedIndex + 1,
    write('ingress-gateway', 'gw', { Listeners: [listener(80, 'web')] }),
  );
  assert.equal(result.kind, 'error');
  assert.deepEqual(store.configEntries.gatewayServices('gw'), before);
});

test('a restored snapshot has them again', () => {
  const store = new TestStore();
  store.runAll(
    web,
    webProxy,
    terminating('db', '*'),
    write('ingress-gateway', 'in', { Listeners: [listener(80, '*')] }),
  );
  store.runAll(write('service-defaults', 'pay', { Destination: { Addresses: ['pay.example'], Port: 443 } }));
  const restored = new StateStore();
  readAll(restored, writeAll(store));
  for (const gateway of ['gw', 'in']) assert.deepEqual(shown(restored, gateway), shown(store, gateway));
  assert.equal(restored.index('gateway-services'), store.index('gateway-services'));
});

test('what a service is counts by all of its instances, whatever they were before', () => {
  const store = new TestStore();
  store.runAll(terminating('*'));
  const instance = (ID: string, fields: object) =>
    register({ Node: 'n', Service: { ...service({ ID, Service: 'web' }), ...fields } });
  const native = { Connect: { Native: true, PeerMeta: null, SidecarService: null } };
  store.runAll(instance('a', native), instance('b', { Kind: 'mesh-gateway', Port: 1 }));
  assert.deepEqual(shown(store), ['*'], 'who speaks Connect needs no gateway');
  store.runAll(instance('c', {}));
  assert.deepEqual(shown(store), ['*', 'web (all) service']);
  store.runAll(instance('c', native));
  assert.deepEqual(shown(store), ['*'], 'it speaks Connect now');
  store.runAll(instance('b', {}));
  assert.deepEqual(shown(store), ['*', 'web (all) service'], 'it is a gateway no more');
  store.runAll(deregister({ Node: 'n', ServiceID: 'a' }), deregister({ Node: 'n', ServiceID: 'c' }));
  assert.deepEqual(shown(store), ['*', 'web (all) service']);
  store.runAll(deregister({ Node: 'n', ServiceID: 'b' }));
  assert.deepEqual(shown(store), ['*']);
});

test('an instance costs a gateway of all no walk over the others', () => {
  const store = new TestStore();
  store.runAll(terminating('*'));
  const took = (from: number, count: number): number => {
    const startedMs = performance.now();
    for (let at = from; at < from + count; at += 1) {
      store.runAll(register({ Node: `n${at}`, Service: service({ ID: 'web', Service: 'web' }) }));
    }
    return performance.now() - startedMs;
  };
  took(0, 500);
  const few = took(500, 500);
  took(1_000, 9_000);
  const many = took(10_000, 500);
  assert.ok(many < 5 * few + 50, `500 instances beside 500: ${few} ms, beside 10,000: ${many} ms`);
});
