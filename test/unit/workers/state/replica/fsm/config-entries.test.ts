import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ApplyResult, CommandType } from '../../../../../../src/wire/commands.js';
import {
  type ConfigEntry,
  type EntryKind,
  type EntryOf,
  emptyEntry,
} from '../../../../../../src/wire/config-entries/entries.js';
import { StateStore } from '../../../../../../src/workers/state/replica/state-store.js';

const TRUE: ApplyResult = { kind: 'bool', value: true };
const FALSE: ApplyResult = { kind: 'bool', value: false };

/** A store, and commands at one index after the other. */
class Commands {
  readonly store = new StateStore();
  index = 10;

  apply(Op: string, entry: ConfigEntry, ModifyIndex = 0): ApplyResult {
    this.index += 1;
    const body = { Datacenter: 'dc1', Token: '', Op, Entry: { ...entry, ModifyIndex } };
    const result = this.store.apply(this.index, { type: CommandType.configEntry, body });
    this.store.flush();
    return result;
  }
}

function entry<K extends EntryKind>(kind: K, name: string, fields: Partial<EntryOf<K>> = {}): ConfigEntry {
  return { ...emptyEntry(kind, name), ...fields } as ConfigEntry;
}

test('a compared write asks for an absent entry by 0 and for a stored one by its index', () => {
  const commands = new Commands();
  const web = entry('service-defaults', 'web', { Protocol: 'http' });
  assert.deepEqual(commands.apply('upsert-cas', web, 5), FALSE, 'absent');
  assert.equal(commands.store.index('config-entries'), 0);
  assert.deepEqual(commands.apply('upsert-cas', web, 0), TRUE);
  assert.deepEqual(commands.apply('upsert-cas', web, 0), FALSE, 'there is one');
  assert.deepEqual(commands.apply('upsert-cas', web, 11), FALSE, 'another');
  assert.deepEqual(commands.apply('upsert-cas', web, 12), TRUE);
  const { value, index } = commands.store.configEntries.get('service-defaults', 'WEB');
  assert.deepEqual([value?.CreateIndex, value?.ModifyIndex, index], [12, 15, 15]);
  assert.deepEqual(commands.apply('delete-cas', web, 12), FALSE);
  assert.deepEqual(commands.apply('delete-cas', entry('service-defaults', 'absent')), FALSE);
  assert.deepEqual(commands.apply('delete-cas', web, 15), TRUE);
  assert.deepEqual(commands.apply('delete', web), { kind: 'nil' });
  assert.equal(commands.store.index('config-entries'), 18, 'what was absent moves no index');
});

test('a status is kept unless the command brings one', () => {
  const commands = new Commands();
  const condition = {
    ...{ Type: 'Accepted', Status: 'True', Reason: 'r', Message: 'm', LastTransitionTime: 5n },
    Resource: { Kind: '', Name: '', SectionName: '' },
  };
  const judged = entry('tcp-route', 'r', { Status: { Conditions: [condition] } });
  const status = (): unknown => commands.store.configEntries.get('tcp-route', 'r').value?.Status.Conditions;
  commands.apply('upsert', judged);
  assert.equal(status(), null, 'a new entry has none yet');
  commands.apply('upsert-with-status-cas', judged, 11);
  assert.deepEqual(status(), [condition]);
  commands.apply('upsert', entry('tcp-route', 'r'));
  assert.deepEqual(status(), [condition]);
});

function errorOf(result: ApplyResult): string {
  return result.kind === 'error' ? result.text : JSON.stringify(result);
}

test('what must hold between entries refuses the whole command', () => {
  const commands = new Commands();
  const permissive = entry('service-defaults', 'web', { MutualTLSMode: 'permissive' });
  assert.match(errorOf(commands.apply('upsert', permissive)), /^cannot set MutualTLSMode=permissive because/);
  assert.equal(commands.store.configEntries.get('service-defaults', 'web').value, null, 'nothing is left of it');
  assert.equal(commands.store.index('config-entries'), 0);
  commands.apply('upsert', entry('mesh', 'mesh', { AllowEnablingPermissiveMutualTLS: true }));
  assert.deepEqual(commands.apply('upsert', permissive), TRUE);
  commands.apply('upsert', entry('mesh', 'mesh'));
  assert.deepEqual(commands.apply('upsert', permissive), TRUE, 'it was permissive before');

  commands.apply('upsert', entry('terminating-gateway', 'gw'));
  assert.equal(
    errorOf(commands.apply('upsert', entry('ingress-gateway', 'gw'))),
    'cannot create a "ingress-gateway" config entry with name "gw", a "terminating-gateway" config entry with that name already exists',
  );

  const jwt = { Providers: [{ Name: 'okta', VerifyClaims: null }] };
  const intentions = entry('service-intentions', 'web', { JWT: jwt });
  assert.match(
    errorOf(commands.apply('upsert', intentions)),
    /Referenced JWT Provider does not exist. Provider Name: okta/,
  );
  commands.apply('upsert', entry('jwt-provider', 'okta'));
  assert.deepEqual(commands.apply('upsert', intentions), TRUE);
  assert.match(errorOf(commands.apply('delete', entry('jwt-provider', 'okta'))), /okta/);
  assert.notEqual(commands.store.configEntries.get('jwt-provider', 'okta').value, null);
});

test('a destination is a service name of its own kind for as long as its entry says so', () => {
  const commands = new Commands();
  const names = (): number => commands.store.tables.kindServiceNames.size;
  const outside = entry('service-defaults', 'pay', { Destination: { Addresses: ['pay.example'], Port: 443 } });
  commands.apply('upsert', outside);
  assert.equal(names(), 1);
  assert.equal(commands.store.index('kind_service_names.destination'), 11);
  commands.apply('upsert', outside);
  assert.equal(commands.store.index('kind_service_names.destination'), 11, 'it is one already');
  commands.apply('upsert', entry('service-defaults', 'pay'));
  assert.equal(names(), 0);
  assert.equal(commands.store.index('kind_service_names.destination'), 13);
});

test('who waits for an entry is woken by that entry, who waits for a kind by its entries, and by nothing else', () => {
  const commands = new Commands();
  const { store } = commands;
  const woken: string[] = [];
  const watch = (): void => {
    store.watches.watch(store.targets.configEntry('service-defaults', 'Web'), () => woken.push('web'));
    store.watches.watch(store.targets.configEntries('service-defaults'), () => woken.push('defaults'));
    store.watches.watch(store.targets.configEntries('service-router'), () => woken.push('routers'));
    store.watches.watch(store.targets.allConfigEntries(), () => woken.push('all'));
  };
  watch();
  commands.apply('upsert', entry('service-resolver', 'web'));
  assert.deepEqual(woken.splice(0), ['all']);
  commands.apply('upsert', entry('service-defaults', 'api'));
  assert.deepEqual(woken.splice(0), ['defaults']);
  commands.apply('upsert', entry('service-defaults', 'WEB'));
  assert.deepEqual(woken.splice(0), ['web']);
  watch();
  commands.apply('delete', entry('service-defaults', 'web'));
  assert.deepEqual(woken.splice(0).sort(), ['all', 'defaults', 'web']);
});
