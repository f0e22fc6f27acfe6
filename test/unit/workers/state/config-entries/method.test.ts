import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandType } from '../../../../../src/wire/commands.js';
import { type ConfigEntry, emptyEntry } from '../../../../../src/wire/config-entries/entries.js';
import { allowAll } from '../../../../../src/workers/state/acl/access.js';
import type { LeaderView } from '../../../../../src/workers/state/methods/contract/method.js';
import { isRefusal } from '../../../../../src/workers/state/methods/contract/refusal.js';
import {
  applyConfigEntry,
  deleteConfigEntry,
  getConfigEntry,
  listConfigEntries,
} from '../../../../../src/workers/state/methods/mesh/config-entry.js';
import { StateStore } from '../../../../../src/workers/state/replica/state-store.js';

const ASKER = { token: 'secret', authorizer: allowAll };

class Leader {
  readonly store = new StateStore();
  index = 10;

  get view(): LeaderView {
    return { store: this.store, datacenter: 'dc1', primaryDatacenter: 'dc1' } as unknown as LeaderView;
  }

  /** `true`, `false`, or the text of a refusal; with `+` when it went to the log. */
  #settle(decision: ReturnType<typeof applyConfigEntry.decide>): string {
    if (isRefusal(decision)) return decision.text;
    if ('passTo' in decision) return `to ${decision.passTo}`;
    if (!('command' in decision)) return String(decision.reply);
    this.index += 1;
    const result = this.store.apply(this.index, decision.command);
    if (result.kind === 'error') return result.text;
    return `+${String(decision.reply(result, this.index))}`;
  }

  write(entry: object, compareIndex: number | null = null): string {
    return this.#settle(applyConfigEntry.decide(this.view, { entry: entry as ConfigEntry, compareIndex }, ASKER));
  }

  remove(name: string, compareIndex: number | null = null): string {
    const asked = { kind: 'service-defaults', name, compareIndex } as const;
    return this.#settle(deleteConfigEntry.decide(this.view, asked, ASKER));
  }
}

const web = { ...emptyEntry('service-defaults', 'web'), Protocol: 'HTTP' };

test('what is stored already is not written again, whatever it is compared with', () => {
  const leader = new Leader();
  assert.equal(leader.write(web), '+true');
  const stored = leader.store.configEntries.get('service-defaults', 'web').value;
  assert.equal(stored?.Protocol, 'http');
  assert.notEqual(stored.Hash, 0);
  assert.equal(leader.write({ ...web, CreateIndex: 5, ModifyIndex: 7, Hash: 9 }), 'true');
  assert.equal(leader.write(web, 3), 'true');
  assert.equal(leader.write({ ...web, Protocol: 'tcp' }, 3), '+false');
  assert.equal(leader.write({ ...web, Protocol: 'tcp' }, 11), '+true');
});

test('a deletion of what is not there reaches no log', () => {
  const leader = new Leader();
  assert.equal(leader.remove('web'), 'true');
  assert.equal(leader.remove('web', 5), 'false');
  leader.write(web);
  assert.equal(leader.remove('WEB', 5), '+false');
  assert.equal(leader.remove('WEB', 11), '+true');
  assert.equal(leader.store.configEntries.all().value.length, 0);
});

test('an entry that breaks a rule of its kind is refused before the log', () => {
  const leader = new Leader();
  const refused = (entry: object, pattern: RegExp): void => assert.match(leader.write(entry), pattern);
  refused(emptyEntry('sameness-group', 'g'), /enterprise-only/);
  refused(emptyEntry('service-splitter', 'web'), /no splits configured/);
  const broken = { v1: { Filter: 'nope =', OnlyPassing: false } };
  refused(
    { ...emptyEntry('service-resolver', 'web'), Subsets: broken },
    /^Filter for subset "v1" is not a valid expression: 1:6/,
  );
  refused({ ...web, Meta: { k: 'v'.repeat(513) } }, /Meta value for key "k" exceeds maximum length 512/);
  assert.equal(leader.index, 10);
});

test('what Consul takes is taken: any proxy mode of a service, a destination that is split to more than once', () => {
  const leader = new Leader();
  const split = {
    Service: 'web',
    ServiceSubset: '',
    Namespace: '',
    Partition: '',
    RequestHeaders: null,
    ResponseHeaders: null,
  };
  const Splits = [80, 10, 10].map((Weight) => ({ ...split, Weight }));
  assert.equal(leader.write({ ...web, Mode: 'test' }), '+true');
  assert.equal(leader.store.configEntries.get('service-defaults', 'web').value?.Mode, 'test');
  assert.equal(leader.write({ ...emptyEntry('service-splitter', 'web'), Splits }), '+true');
  assert.deepEqual(leader.store.configEntries.get('service-splitter', 'web').value?.Splits, Splits);
  assert.match(leader.write({ ...emptyEntry('proxy-defaults', 'global'), Mode: 'test' }), /invalid proxy mode: test/);
});

test('a status is not for askers to write', () => {
  const leader = new Leader();
  const condition = {
    ...{ Type: 'Accepted', Status: 'True', Reason: 'r', Message: 'm', LastTransitionTime: 5n },
    Resource: { Kind: '', Name: '', SectionName: '' },
  };
  const route = { ...emptyEntry('tcp-route', 'r'), Services: [{ Name: 'db' }] };
  leader.write(route);
  const Entry = { ...route, Status: { Conditions: [condition] }, ModifyIndex: 11 };
  const body = { Datacenter: 'dc1', Token: '', Op: 'upsert-with-status-cas', Entry };
  leader.store.apply(12, { type: CommandType.configEntry, body });
  leader.index = 12;
  assert.equal(leader.write(route), 'true', 'nothing of it has changed');
  assert.equal(leader.write({ ...route, Services: null }), '+true');
  assert.deepEqual(leader.store.configEntries.get('tcp-route', 'r').value?.Status.Conditions, [condition]);
});

test('reads: of an unknown kind, of what is absent, filtered', () => {
  const { store } = new Leader();
  assert.ok(isRefusal(getConfigEntry.prepare(store, { kind: 'bogus', name: 'x' }, allowAll)));
  assert.ok(isRefusal(listConfigEntries.prepare(store, { kind: 'mesh', filter: 'Bogus == 1' }, allowAll)));
  const one = getConfigEntry.prepare(store, { kind: 'mesh', name: 'mesh' }, allowAll);
  assert.ok(!isRefusal(one));
  assert.equal(one.missing?.(one.read()), true);
});

test('a subset may be called as all objects have members, and is not there for that', () => {
  const leader = new Leader();
  const failover = { ...SERVICE_FAILOVER, Service: 'other' };
  for (const name of ['constructor', '__proto__', 'toString']) {
    const resolver = { ...emptyEntry('service-resolver', 'web'), Subsets: { v1: { Filter: '', OnlyPassing: false } } };
    const named = Object.fromEntries([[name, failover]]);
    assert.match(leader.write({ ...resolver, Failover: named }), /^Bad Failover\["\w+"\]: not a valid subset$/);
    const Subsets = Object.fromEntries([[name, { Filter: '', OnlyPassing: false }]]);
    assert.equal(leader.write({ ...resolver, Subsets, Failover: named }), '+true');
  }
});

const SERVICE_FAILOVER = {
  ...{ Service: '', ServiceSubset: '', Namespace: '', SamenessGroup: '' },
  ...{ Datacenters: null, Targets: null, Policy: null },
};
