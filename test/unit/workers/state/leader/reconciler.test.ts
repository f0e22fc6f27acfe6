import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';
import { CommandType } from '../../../../../src/wire/commands.js';
import { MEMBER_STATUS, type Member } from '../../../../../src/wire/gossip-pools.js';
import type { LeaderDuties } from '../../../../../src/workers/state/leader/leader-duties.js';
import { Reconciler } from '../../../../../src/workers/state/leader/reconciler.js';
import { readAll, writeAll } from '../replica/store/stream.js';
import {
  client,
  type LeaderFixture,
  leaderDuties,
  leaderFixture,
  nodeId,
  pass,
  SELF,
  settle,
} from './leader-fixture.js';

const MINUTE = 60_000;
const MANY = 10_000;
const IN_FLIGHT = 64;
const { failed, left } = MEMBER_STATUS;
let fixture: LeaderFixture;
let duties: LeaderDuties;
let open: () => void;

beforeEach(() => {
  mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  fixture = leaderFixture();
  duties = leaderDuties(fixture);
});

afterEach(() => {
  duties.stop();
  mock.timers.reset();
});

/** The log takes commands and answers none until `open` is called. */
function close(): void {
  fixture.log.proposalGate = new Promise((resolve) => {
    open = resolve;
  });
}

function clients(count: number, status: number = MEMBER_STATUS.alive) {
  return Array.from({ length: count }, (_, number) => client(number, { status }));
}

/** Commands about one node, in the order they were proposed: the status they write, or that they deregister it. */
function commandsAbout(name: string): string[] {
  return fixture.log.proposed.flatMap((command) => {
    if (command.type === CommandType.register && command.body.Node === name) return [command.body.Check?.Status ?? ''];
    return command.type === CommandType.deregister && command.body.Node === name ? ['deregister'] : [];
  });
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) {
    await settle();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** One of its own, over the same store and log. */
function reconciler(...members: readonly Member[]): Reconciler {
  const { store, log, logger, metrics } = fixture;
  return new Reconciler({
    catalog: store.catalog,
    members: () => members,
    ownName: 'srv-one',
    datacenter: 'dc1',
    propose: async (command) => ((await log.propose(command)).ok ? null : 'refused'),
    knowsPool: () => true,
    changePeers: () => Promise.resolve(null),
    logger,
    metrics,
  });
}

test('ten thousand members are registered in one pass, and the next pass writes nothing', async () => {
  fixture.pool.put(...clients(MANY));
  await duties.gainLeadership();
  assert.equal(fixture.store.catalog.nodes(null).value.length, MANY + 1);
  fixture.log.proposed.length = 0;
  const { barriers } = fixture.log;
  await pass(MINUTE);
  await turns(100);
  await pass(MINUTE);
  assert.equal(fixture.log.barriers, barriers + 2, 'the pass came to its end, so that the next one began');
  assert.deepEqual(fixture.log.proposed, []);
});

test('other events have their turn while many members are looked at', async () => {
  fixture.pool.put(...clients(MANY));
  await duties.gainLeadership();
  duties.loseLeadership();
  let others = 0;
  const count = () => {
    others += 1;
    immediate = setImmediate(count);
  };
  let immediate = setImmediate(count);
  await duties.gainLeadership();
  clearImmediate(immediate);
  assert.ok(others >= MANY / 500, `${others}`);
});

test('many commands are under way together, but no more than the limit', async () => {
  await duties.gainLeadership();
  fixture.log.proposed.length = 0;
  close();
  fixture.pool.change(duties, ...clients(1000));
  await turns(10);
  assert.equal(fixture.log.proposed.length, IN_FLIGHT);
  assert.deepEqual(commandsAbout('client-0'), ['passing'], 'in the order they came');
  assert.deepEqual(commandsAbout(`client-${IN_FLIGHT - 1}`), ['passing']);
  open();
  await turns(50);
  assert.equal(fixture.log.proposed.length, 1000);
});

test('a member that flaps while its command is under way ends in its last state, with one more command', async () => {
  await duties.gainLeadership();
  close();
  fixture.pool.change(duties, client(1));
  await settle();
  for (let flap = 0; flap < 10; flap += 1) {
    fixture.pool.change(duties, client(1, { status: failed }));
    fixture.pool.change(duties, client(1));
    await settle();
  }
  fixture.pool.change(duties, client(1, { status: failed }));
  await settle();
  assert.deepEqual(commandsAbout('client-1'), ['passing'], 'never two about one name at once');
  open();
  await settle();
  assert.deepEqual(commandsAbout('client-1'), ['passing', 'critical']);
  assert.equal(fixture.store.catalog.check('client-1', 'serfHealth')?.Status, 'critical');
});

test('a member that is forgotten while its registration is under way is gone in the end', async () => {
  await duties.gainLeadership();
  close();
  fixture.pool.change(duties, client(1));
  await settle();
  fixture.pool.remove(duties, 'client-1');
  await settle();
  open();
  await settle();
  assert.deepEqual(commandsAbout('client-1'), ['passing', 'deregister']);
  assert.equal(fixture.store.catalog.node('client-1'), undefined);
});

test('a member that is forgotten before its turn came is never written', async () => {
  await duties.gainLeadership();
  close();
  fixture.pool.change(duties, ...clients(IN_FLIGHT + 1));
  await settle();
  fixture.pool.remove(duties, `client-${IN_FLIGHT}`);
  open();
  await turns(5);
  assert.deepEqual(commandsAbout(`client-${IN_FLIGHT}`), []);
  assert.equal(fixture.store.catalog.node(`client-${IN_FLIGHT - 1}`)?.ID, nodeId(IN_FLIGHT - 1));
});

test('one that must wait for its node ID keeps nobody else from going on', async () => {
  await duties.gainLeadership();
  fixture.log.proposed.length = 0;
  close();
  const twins = Array.from({ length: 500 }, (_, at) => ({ ...client(1), name: `twin-${at}` }));
  fixture.pool.change(duties, ...twins, client(2));
  await turns(5);
  assert.equal(fixture.log.proposed.length, 2);
  assert.deepEqual(commandsAbout('client-2'), ['passing']);
  assert.deepEqual(commandsAbout('twin-0'), ['passing']);
});

test('leadership lost in the middle stops everything; the next time begins anew', async () => {
  fixture.pool.put(...clients(1000));
  const gained = duties.gainLeadership();
  await settle();
  close();
  await turns(3);
  const proposed = fixture.log.proposed.length;
  assert.ok(proposed > 0 && proposed < 1000, `${proposed}`);
  fixture.lines.length = 0;
  duties.loseLeadership();
  await gained;
  open();
  await turns(20);
  await pass(2 * MINUTE);
  assert.equal(fixture.log.proposed.length, proposed);
  assert.deepEqual(fixture.lines, ['info cluster leadership lost']);

  fixture.log.proposalGate = Promise.resolve();
  await duties.gainLeadership();
  assert.equal(fixture.store.catalog.nodes(null).value.length, 1001);
});

test('answers of an earlier time as leader do not disturb the next', async () => {
  await duties.gainLeadership();
  close();
  fixture.pool.change(duties, client(1));
  await settle();
  const openFirst = open;
  duties.loseLeadership();
  close();
  const gained = duties.gainLeadership();
  await settle();
  openFirst();
  await settle();
  fixture.pool.change(duties, client(1, { status: left }));
  await settle();
  assert.deepEqual(commandsAbout('client-1'), ['passing', 'passing'], 'the second is still under way');
  open();
  await gained;
  await settle();
  assert.equal(fixture.store.catalog.node('client-1'), undefined);
});

test('changes that never end do not keep a full pass from ending', async () => {
  fixture.pool.put(...clients(100));
  let status: number = failed;
  let flaps = 0;
  const propose = fixture.log.propose.bind(fixture.log);
  // Every command is followed by another change, so that there is always something waiting.
  fixture.log.propose = (command) => {
    const outcome = propose(command);
    if (flaps < 5000 && duties.established) {
      flaps += 1;
      status = status === failed ? MEMBER_STATUS.alive : failed;
      fixture.pool.change(duties, client(flaps % 100, { status }));
    }
    return outcome;
  };
  await duties.gainLeadership();
  assert.ok(flaps < 5000, `${flaps}`);
});

test('a state restored in the middle of a pass is looked at as a whole', async () => {
  await duties.gainLeadership();
  const image = writeAll(fixture.store);
  close();
  fixture.pool.put(...clients(200));
  await pass(MINUTE);
  await turns(3);
  assert.ok(fixture.log.proposed.length >= IN_FLIGHT);
  open();
  await settle();
  readAll(fixture.store, image);
  await pass(5_000);
  await turns(20);
  assert.equal(fixture.store.catalog.nodes(null).value.length, 201);
  fixture.log.proposed.length = 0;
  const { barriers } = fixture.log;
  await pass(MINUTE);
  assert.equal(fixture.log.barriers, barriers + 1, 'one round of passes goes on');
  assert.deepEqual(fixture.log.proposed, []);
});

test('a pass that is begun anew gives up the one before at once', async () => {
  close();
  const own = reconciler(SELF, client(1));
  const first = own.all();
  await settle();
  const second = own.all();
  assert.equal(await first, false);
  open();
  assert.equal(await second, true);
  assert.equal(own.waiting, 0);
});

test('a name that is told twice in a pass is looked at once', async () => {
  const own = reconciler(SELF, client(1), client(1, { status: failed }));
  assert.equal(await own.all(), true);
  assert.deepEqual(commandsAbout('client-1'), []);
});

test('a pass that ends in the same moment as leadership reaps nothing more', async () => {
  const own = reconciler();
  const pass = own.all();
  own.stop();
  assert.equal(await pass, false);
  assert.deepEqual(fixture.lines, []);
});

test('what still waits when leadership ends is forgotten', async () => {
  await duties.gainLeadership();
  fixture.log.proposed.length = 0;
  fixture.pool.change(duties, client(1));
  duties.loseLeadership();
  await settle();
  assert.deepEqual(fixture.log.proposed, []);
});
