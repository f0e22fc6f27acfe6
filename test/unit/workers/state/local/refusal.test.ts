import assert from 'node:assert/strict';
import test from 'node:test';
import { Logger, LogSink } from '../../../../../src/observe/logger.js';
import { AliasChecks } from '../../../../../src/workers/state/local/checks/alias-checks.js';
import { LocalChecks } from '../../../../../src/workers/state/local/checks/local-checks.js';
import { catalogNodeChecks } from '../../../../../src/workers/state/local/checks/node-checks.js';
import { TtlChecks } from '../../../../../src/workers/state/local/checks/ttl-checks.js';
import { Registrar } from '../../../../../src/workers/state/local/registration/registrar.js';
import { LocalState } from '../../../../../src/workers/state/local/state/local-state.js';
import type {
  CommitOutcome,
  RegistrationStore,
} from '../../../../../src/workers/state/local/store/registration-store.js';
import type { Operation } from '../../../../../src/workers/state/local/store/store-operations.js';
import { noServers } from '../calls/no-servers.js';
import { FakeClock } from './fake-clock.js';
import { FakeRunner } from './local-fixture.js';
import { registration, SECOND_NS } from './registrations.js';

/** Answers commits when the test says so, in order. */
class SlowStore implements RegistrationStore {
  readonly waiting: ((outcome: CommitOutcome) => void)[] = [];
  readonly committed: (readonly Operation[])[] = [];

  commit(operations: readonly Operation[]): Promise<CommitOutcome> {
    this.committed.push(operations);
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  settled(): Promise<CommitOutcome> {
    return this.waiting.length === 0 ? Promise.resolve({ ok: true }) : this.commit([]);
  }

  attach(): void {}

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** Answers everything that waits, as one group. */
  async answer(...outcomes: readonly boolean[]): Promise<void> {
    const group = this.waiting.splice(0);
    assert.equal(group.length, outcomes.length);
    for (const [index, resolve] of group.entries()) {
      resolve(outcomes[index] ? { ok: true } : { ok: false, error: 'disk' });
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function open(): { store: SlowStore; state: LocalState; registrar: Registrar } {
  const clock = new FakeClock();
  const logger = new Logger('agent', new LogSink('error', () => undefined));
  const state = new LocalState({
    clock,
    random: () => 0,
    checkUpdateIntervalMs: 0,
    discardCheckOutput: false,
    withDefaults: ({ definition }) => definition,
  });
  const store = new SlowStore();
  const ttl = new TtlChecks({ state, clock, logger, persist: (texts) => store.commit(texts) });
  const alias = new AliasChecks({ state, clock, nodeChecks: catalogNodeChecks(noServers, 'dc1', NO_TOKENS) });
  const checks = new LocalChecks({ state, ttl, alias, runner: new FakeRunner(), logger, checkOutputMaxSize: 4096 });
  const scripts = { enableScriptChecks: false, enableLocalScriptChecks: false };
  const sidecarPorts = { first: 21_000, last: 21_255 };
  const registrar = new Registrar({ nodeName: 'node1', state, checks, ttl, store, logger, sidecarPorts, ...scripts });
  return { store, state, registrar };
}

const web = (Port: number) => registration({ Service: 'web', Port }, [{ TTL: 60 * SECOND_NS }]);
const REFUSED = { ok: false, code: 'storage', text: 'disk' };
const OK = { ok: true };

const NO_TOKENS = { agent: '', default: '', configFileRegistration: '' };

test('a new registration that the disk refuses is gone again, with its checks', async () => {
  const { store, state, registrar } = open();
  const outcome = registrar.registerService(web(1));
  assert.ok(state.service('web'), 'it is there at once, so that the catalog gets it without delay');
  await store.answer(false);
  assert.deepEqual(await outcome, REFUSED);
  assert.equal(state.service('web'), undefined);
  assert.equal(state.check('service:web'), undefined);
});

test('after several refused changes the last acknowledged one counts', async () => {
  const { store, state, registrar } = open();
  const first = registrar.registerService(web(1));
  await store.answer(true);
  assert.deepEqual(await first, OK);
  const second = registrar.registerService(web(2));
  const third = registrar.registerService(web(3));
  await store.answer(false, false);
  assert.deepEqual([await second, await third], [REFUSED, REFUSED]);
  assert.equal(state.service('web')?.definition.Port, 1);
  assert.equal(state.checksOf('web').length, 1);
});

test('a later change that was written is not undone by an earlier one that was refused', async () => {
  const { store, state, registrar } = open();
  const first = registrar.registerService(registration({ Service: 'web', Port: 1 }));
  const second = registrar.registerService(registration({ Service: 'web', Port: 2 }));
  await store.answer(false, true);
  assert.deepEqual([await first, await second], [REFUSED, OK]);
  assert.equal(state.service('web')?.definition.Port, 2);
});

test('a change that rests on a refused check is refused too, and taken back on disk', async () => {
  const { store, state, registrar } = open();
  const first = registrar.registerService(web(1));
  const second = registrar.registerService(web(2));
  await store.answer(false, true);
  assert.deepEqual(await first, REFUSED);
  assert.equal(state.service('web'), undefined);
  assert.deepEqual(store.committed.at(-1), ['["-s","web"]']);
  await store.answer(true);
  assert.equal((await second).ok, false);
});

test('a removal that the disk refuses did not happen', async () => {
  const { store, state, registrar } = open();
  void registrar.registerService(web(1));
  await store.answer(true);
  const removal = registrar.deregisterService('web');
  assert.equal(state.service('web'), undefined);
  await store.answer(false);
  assert.deepEqual(await removal, REFUSED);
  assert.equal(state.service('web')?.definition.Port, 1);
  assert.equal(state.checksOf('web').length, 1);
});

test('registering again what is still on its way to the disk is refused with it', async () => {
  const { store, state, registrar } = open();
  const first = registrar.registerService(web(1));
  const same = registrar.registerService(web(1));
  await store.answer(false, true);
  assert.deepEqual(await first, REFUSED);
  assert.equal((await same).ok, false);
  assert.equal(state.service('web'), undefined);
});
