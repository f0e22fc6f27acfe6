// What a seed does to a cluster: its size, and which faults come together for some time, before peace. Some storms are made
// for a history that plain chance hardly ever brings up (Figure 8 of the Raft paper).

import { changed, type MembershipOrder } from '../../../src/workers/raft/core/changes.js';
import { type Configuration, describe, type Suffrage, votersOf } from '../../../src/workers/raft/core/configuration.js';
import { hasQuorum } from '../../../src/workers/raft/core/quorum.js';
import { Random } from '../../random.js';
import { isAgreed } from './agreement.js';
import { Cluster, type ClusterShape, type MachineMaker, type SimulatedServer } from './cluster.js';
import { forgedMessage } from './forger.js';

const STORM_MS = 6000;
const CALM_MS = 3000;
/** In peace it is looked so often whether all agree, and at so many looks they must. */
const LOOK_MS = 100;
const AGREED_LOOKS = 4;
/** Longer than a lease. */
const SLOW_STATE_MS = 400;
/** Less than a lease, mostly. */
const SHORT_STOP_MS = 250;
/** For the answers to what was asked last. */
const LAST_WORDS_MS = 500;
/** Several times as long as an election takes: what arrives then is of another age. */
const LATEST_MS = 1500;

/** Chances are for each tick, crashes and compaction for each server too. */
interface Weather {
  readonly shape: ClusterShape;
  readonly loss: number;
  readonly lateness: number;
  readonly answerLateness: number;
  readonly duplication: number;
  readonly slowestWriteMs: number;
  readonly slowestLeaderWriteMs: number;
  readonly crash: number;
  readonly crashWithin: number;
  readonly partition: number;
  readonly forgery: number;
  readonly change: number;
  readonly compaction: number;
  readonly transfer: number;
  /** Somebody believes its leader gone, mostly wrongly. */
  readonly suspicion: number;
  /** Leaders reach few others, and die young. */
  readonly isHardOnLeaders: boolean;
  /** Leaders are cut off from everybody, while old answers to them are still on their way; much is read. */
  readonly isHardOnLeases: boolean;
}

function weatherOf(seed: number, random: Random): Weather {
  const pick = <T>(...choices: readonly [T, ...T[]]): T => choices[random.below(choices.length)] ?? choices[0];
  if (seed % 3 === 0) {
    return {
      ...CLEAR,
      shape: { voters: 5, nonVoters: 0 },
      slowestLeaderWriteMs: 1000,
      suspicion: pick(0, 0.05),
      isHardOnLeaders: true,
    };
  }
  if (seed % 6 === 1) {
    return { ...CLEAR, duplication: 0.9, answerLateness: 0.5, suspicion: pick(0, 0.2), isHardOnLeases: true };
  }
  const slowestWriteMs = pick(30, 30, 30, 400);
  return {
    shape: { voters: pick(2, 3, 4, 5), nonVoters: pick(0, 0, 1, 2) },
    loss: pick(0, 0.05, 0.1),
    lateness: pick(0.02, 0.1, 0.3),
    answerLateness: 0,
    duplication: pick(0, 0.2),
    slowestWriteMs,
    slowestLeaderWriteMs: slowestWriteMs,
    crash: 0.002,
    crashWithin: pick(0, 0.001, 0.004),
    partition: 0.006,
    forgery: pick(0, 0.3),
    change: pick(0, 0.1),
    compaction: pick(0, 0.02),
    transfer: pick(0, 0.01),
    suspicion: pick(0, 0.05),
    isHardOnLeaders: false,
    isHardOnLeases: false,
  };
}

const CLEAR: Weather = {
  shape: { voters: 3, nonVoters: 0 },
  loss: 0,
  lateness: 0,
  answerLateness: 0,
  duplication: 0,
  slowestWriteMs: 30,
  slowestLeaderWriteMs: 30,
  crash: 0,
  crashWithin: 0,
  partition: 0,
  forgery: 0,
  change: 0,
  compaction: 0,
  transfer: 0,
  suspicion: 0,
  isHardOnLeaders: false,
  isHardOnLeases: false,
};

/** What is asked of a cluster while the weather lasts; without one each write is a key of its own. */
export interface Load {
  readonly makeMachine: MachineMaker;
  tick(cluster: Cluster): void;
}

/** Faults at random for some time, then peace. `voters`: how many there are, whatever the seed says. */
export async function storm(seed: number, voters: number | null = null, load: Load | null = null): Promise<Cluster> {
  const random = new Random(seed);
  const weather = weatherOf(seed, random);
  const shape = voters === null ? weather.shape : { ...weather.shape, voters };
  const cluster = new Cluster(random, shape, load?.makeMachine);
  if (load) cluster.clocks = new Random(seed ^ 0xc10c);
  await cluster.bootstrap();
  begin(cluster, weather);
  if (load && seed % 4 === 0) cluster.slowestStateMs = SLOW_STATE_MS;
  // Drawn apart, so that a storm without restores is what it would be if there were none.
  const hasOperator = !load && seed % 4 === 2;
  const operator = new Restores(cluster, new Random(seed ^ 0x4e57), hasOperator);
  const stops = seed % 5 === 3 ? new Random(seed ^ 0x5709) : null;
  const fates = new LeadersFate(cluster);
  const isolation = new LeadersIsolation(cluster);
  await cluster.run(weather.isHardOnLeaders ? 2 * STORM_MS : STORM_MS, async () => {
    if (load) load.tick(cluster);
    else if (random.chance(0.3)) cluster.propose();
    if (random.chance(weather.partition)) cluster.network.partition(cluster.ids);
    if (random.chance(3 * weather.partition)) cluster.network.heal();
    if (random.chance(weather.forgery)) forge(cluster);
    if (random.chance(weather.change) && !hasOperator) cluster.change((now) => chosen(now, cluster, random));
    if (random.chance(weather.transfer)) cluster.transfer();
    if (random.chance(weather.isHardOnLeases ? 0.5 : 0.05)) cluster.readConsistently();
    operator.tick();
    if (stops) stopSomebody(cluster, stops);
    if (weather.isHardOnLeases) isolation.tick();
    if (weather.isHardOnLeaders) fates.tick();
    for (const server of cluster.servers) await fault(cluster, server, weather);
  });
  begin(cluster, CLEAR);
  cluster.slowestStateMs = 0;
  cluster.network.heal();
  for (const server of cluster.servers) server.frozenUntilMs = 0;
  for (const server of cluster.servers) if (!server.life) await cluster.start(server);
  await calm(cluster, load);
  cluster.checkOrders();
  return cluster;
}

/**
 * Peace. Clients need all of it: most of what they ask is answered only now, and shows what the storm left. Without any it is over
 * once all have agreed for some time, since what would follow is more of the same.
 */
async function calm(cluster: Cluster, load: Load | null): Promise<void> {
  if (load) {
    await cluster.run(CALM_MS, () => load.tick(cluster));
    await cluster.run(LAST_WORDS_MS);
    return;
  }
  const endMs = cluster.nowMs + CALM_MS;
  for (let agreed = 0; agreed < AGREED_LOOKS && cluster.nowMs < endMs; agreed += isAgreed(cluster) ? 1 : 0)
    await cluster.run(LOOK_MS);
}

function begin(cluster: Cluster, weather: Weather): void {
  const { loss, lateness, answerLateness, duplication, slowestWriteMs, slowestLeaderWriteMs, crashWithin } = weather;
  Object.assign(cluster.network, { loss, lateness, answerLateness, duplication, latestMs: LATEST_MS });
  Object.assign(cluster, { slowestWriteMs, slowestLeaderWriteMs, crashesWithin: crashWithin });
}

/** A promise only where there is something to wait for: this is asked of each server at each tick. */
function fault(cluster: Cluster, server: SimulatedServer, weather: Weather): Promise<void> | undefined {
  const { random } = cluster;
  if (!server.life) return random.chance(0.05) ? comeBack(cluster, server) : undefined;
  if (random.chance(weather.crash)) cluster.crash(server);
  else if (random.chance(weather.suspicion)) suspect(cluster, server);
  else if (random.chance(weather.compaction)) cluster.compact(server);
  return undefined;
}

async function comeBack(cluster: Cluster, server: SimulatedServer): Promise<void> {
  await cluster.start(server);
}

/** A hint that is mostly wrong, of either kind. */
function suspect(cluster: Cluster, server: SimulatedServer): void {
  if (cluster.random.chance(0.5)) cluster.suspectLeader(server);
  else cluster.gossipSuspectsLeader(server);
}

/** A process stops for some time, a leader more often than others, for less than a lease or for several elections. */
function stopSomebody(cluster: Cluster, random: Random): void {
  if (!random.chance(0.01)) return;
  const { servers } = cluster;
  const server = (random.chance(0.5) ? cluster.leader() : null) ?? servers[random.below(servers.length)];
  if (server) cluster.freeze(server, random.below(random.chance(0.5) ? SHORT_STOP_MS : LATEST_MS));
}

function forge(cluster: Cluster): void {
  const { random, servers } = cluster;
  const server = servers[random.below(servers.length)];
  const target = server && cluster.core(server);
  if (target) cluster.receive(forgedMessage(target, random));
}

/**
 * A server is taken in, promoted, demoted or removed, be it the leader itself; but that only among three or more that all know
 * the configuration before. Else nobody may be left who can be elected: the leader has no vote by its own log, and the others
 * refuse each other, the one for its short log, the other as a non-voter (stock servers have that too, and hand over first).
 */
function chosen(now: Configuration, cluster: Cluster, random: Random): MembershipOrder | null {
  const id = cluster.ids[random.below(cluster.ids.length)];
  if (id === undefined) return null;
  const found = now.servers.find((server) => server.id === id);
  if (id === cluster.leader()?.id && !mayLeave(now, cluster)) return null;
  const order = orderFor(id, found?.suffrage, found !== undefined && random.chance(0.3));
  return hasWitnesses(now, changed(now, order), cluster) ? order : null;
}

function orderFor(id: string, suffrage: Suffrage | undefined, isRemoved: boolean): MembershipOrder {
  const address = `${id}:8300`;
  if (isRemoved) return { order: 'remove', id };
  if (suffrage === 'nonvoter') return { order: 'add-voter', id, address };
  return suffrage === undefined ? { order: 'add-nonvoter', id, address } : { order: 'demote', id };
}

/**
 * A majority of those who will have a vote know the configuration before, so that they know each other: who is asked for its
 * vote by a server that it never heard of gives none. A server is promoted once it has caught up, as an operator would.
 */
function hasWitnesses(now: Configuration, next: Configuration, cluster: Cluster): boolean {
  const known = describe(now);
  const leader = cluster.leader();
  const index = (leader && cluster.core(leader)?.committedConfiguration?.index) ?? 0;
  const cores = cluster.servers.map((server) => cluster.core(server)).filter((core) => core !== null);
  const witnesses = cores.filter(({ log, configuration }) => log.durable >= index && describe(configuration) === known);
  return hasQuorum(votersOf(next), new Set(witnesses.map(({ id }) => id)));
}

/** Each leader is cut off some time after it was elected, for longer than an election takes. */
class LeadersIsolation {
  readonly #cluster: Cluster;
  #known = '';
  #beginsMs = Number.POSITIVE_INFINITY;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  tick(): void {
    const { random, network, nowMs, ids } = this.#cluster;
    const leader = this.#cluster.leader();
    const core = leader && this.#cluster.core(leader);
    if (!leader || !core) return;
    const name = `${leader.id} ${core.term}`;
    if (name !== this.#known) {
      this.#known = name;
      this.#beginsMs = nowMs + 100 + random.below(500);
    } else if (nowMs >= this.#beginsMs) {
      network.heal();
      network.isolate(leader.id, ids);
      this.#beginsMs = Number.POSITIVE_INFINITY;
    }
  }
}

/**
 * An operator restores a snapshot now and then, and the leader often dies of it, sooner or later. Not before everybody is there and
 * the one before is proven or lost, and not while the membership changes: a server whose restore the others went on without
 * acknowledges nothing until they have committed an entry without its help, and there must be enough of them.
 */
class Restores {
  readonly #cluster: Cluster;
  readonly #random: Random;
  readonly #isOn: boolean;
  #doomed: SimulatedServer | null = null;
  #diesMs = 0;

  constructor(cluster: Cluster, random: Random, isOn: boolean) {
    this.#cluster = cluster;
    this.#random = random;
    this.#isOn = isOn;
  }

  tick(): void {
    const { nowMs } = this.#cluster;
    if (this.#doomed !== null && nowMs >= this.#diesMs) {
      this.#cluster.crash(this.#doomed);
      this.#doomed = null;
    }
    if (!this.#isOn || !this.#random.chance(0.02) || !this.#isSettled) return;
    this.#cluster.restore();
    if (!this.#random.chance(0.7)) return;
    this.#doomed = this.#cluster.leader();
    this.#diesMs = nowMs + this.#random.below(100);
  }

  get #isSettled(): boolean {
    const cores = this.#cluster.servers.map((server) => this.#cluster.core(server));
    return cores.every((core) => core !== null && !core.log.isUnproven);
  }
}

function mayLeave(now: Configuration, cluster: Cluster): boolean {
  const known = describe(now);
  const cores = cluster.servers.map((server) => cluster.core(server));
  return votersOf(now).length > 2 && cores.every((core) => core && describe(core.configuration) === known);
}

/**
 * Each leader reaches only some others, and dies soon: often after an entry got to a part of a majority. That is how entries
 * of older terms come to lie on a majority, with another one of a newer term beside them.
 */
class LeadersFate {
  readonly #cluster: Cluster;
  #known = '';
  #committed = 0;
  #diesMs = 0;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  tick(): void {
    const { random, network, nowMs, ids } = this.#cluster;
    const leader = this.#cluster.leader();
    const core = leader && this.#cluster.core(leader);
    if (!leader || !core) return;
    const name = `${leader.id} ${core.term}`;
    if (name !== this.#known) {
      this.#known = name;
      this.#committed = core.log.committed;
      this.#diesMs = nowMs + random.below(700);
      network.heal();
      network.isolate(
        leader.id,
        ids.filter(() => random.chance(0.5)),
      );
    } else if (nowMs >= this.#diesMs || core.log.committed > this.#committed) {
      this.#cluster.crash(leader);
      network.heal();
    }
  }
}
