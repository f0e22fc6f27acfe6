// The agent's gossip pools together, LAN and on servers WAN: opened, joined, left and closed in the order that Consul has
// (spec/gossip.md, section 20), and told to the state worker, which shows them.

import { errorList } from '../../gotext/multierror.js';
import { readTags } from '../../msgpack/tags.js';
import type { Logger } from '../../observe/logger.js';
import type { Metrics } from '../../observe/metrics.js';
import type { RuntimeConfig } from '../../wire/config.js';
import { SERVER } from '../../wire/gossip/agent-tags.js';
import type { Coordinate, KeyringAnswer, PoolName } from '../../wire/gossip-pools.js';
import { packChanges, type ToldChanges } from '../../wire/packed-members.js';
import type { ControlAnswer, ControlRequest, MainToState } from '../../wire/state-worker.js';
import type { SerfMember } from '../gossip/serf/pool/member.js';
import type { MemberEventType } from '../gossip/serf/pool/output.js';
import { FloodJoin } from './flood-join.js';
import { GossipPool, type Joined, type Opened } from './gossip-pool.js';
import { MemberPublisher } from './member-publisher.js';
import type { PoolObserver } from './pool-news.js';
import { lanProfile, type PoolProfile, wanProfile } from './profile.js';
import { amongOthers, RetryJoin } from './retry-join.js';
import { decodeUserEvent, encodeUserEvent, NEW_LEADER, newLeaderEvent } from './user-event.js';

/** Between two looks for servers of this datacenter that the WAN pool lacks. */
const FLOOD_INTERVAL_MS = 60_000;
const COORDINATE_INTERVAL_MS = 5_000;
/** In development mode everything is there at once. */
const DEV_COORDINATE_INTERVAL_MS = 500;

export interface PoolsOptions {
  readonly config: RuntimeConfig;
  /** Named `agent`. */
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** To the state worker; what is said before it runs is said again by {@link GossipPools.publish}. */
  readonly tell: (message: MainToState) => void;
  /** `retry_join` was tried as often as it may be. */
  readonly onJoinExhausted: (text: string) => void;
}

type UserEvent = Parameters<PoolObserver['onUserEvent']>[0];
type AskOf<Op extends ControlRequest['op']> = Extract<ControlRequest, { op: Op }>;

/** With errors as Consul lists them; those of some addresses don't matter where others were joined. */
function outcomeOf({ joined, errors }: Joined): { readonly joined: number; readonly error: string } {
  return { joined, error: joined > 0 ? '' : errorList(errors) };
}

export class GossipPools {
  readonly #options: PoolsOptions;
  /** `agent.server` or `agent.client`. */
  readonly #logger: Logger;
  readonly #publishers: { readonly [pool in PoolName]: MemberPublisher };
  readonly #retries: RetryJoin<NodeJS.Timeout>[] = [];
  #lan: GossipPool | null = null;
  #wan: GossipPool | null = null;
  #isPublished = false;
  /** Null where there is no WAN pool. */
  #flood: FloodJoin | null = null;
  #floodRounds: NodeJS.Timeout | null = null;
  #coordinate: NodeJS.Timeout | null = null;

  constructor(options: PoolsOptions) {
    this.#options = options;
    this.#logger = options.logger.child(options.config.server ? 'server' : 'client');
    const send = (changes: ToldChanges): void => options.tell({ kind: 'members', changes: packChanges(changes) });
    this.#publishers = { lan: new MemberPublisher('lan', send), wan: new MemberPublisher('wan', send) };
  }

  /** Null when the pools are open; else why the agent can't start. */
  async open(): Promise<string | null> {
    const { config } = this.#options;
    const failed = `Failed to start Consul ${config.server ? 'server' : 'client'}: Failed to start`;
    const wan = wanProfile(config);
    if (wan !== null) {
      const opened = await this.#openPool(wan);
      if (!opened.ok) return `${failed} WAN Serf: ${opened.error}`;
      this.#wan = opened.value;
      this.#flood = this.#floodInto(opened.value);
    }
    const opened = await this.#openPool(lanProfile(config));
    if (!opened.ok) {
      await this.#wan?.close();
      return `${failed} LAN Serf: ${opened.error}`;
    }
    this.#lan = opened.value;
    return null;
  }

  #floodInto(wan: GossipPool): FloodJoin {
    return new FloodJoin({
      datacenter: this.#options.config.datacenter,
      isInWan: (name) => wan.member(name) !== undefined,
      join: async (address) => outcomeOf(await wan.join([address])),
      logger: this.#logger,
    });
  }

  async #openPool(profile: PoolProfile): Promise<Opened<GossipPool>> {
    const { config, metrics } = this.#options;
    const logger = this.#logger;
    const { pool } = profile;
    return GossipPool.open({
      profile,
      config,
      logger,
      metrics,
      observer: {
        onMembers: (type, members) => this.#membersChanged(pool, type, members),
        onSuspected: (member) => {
          if (pool === 'lan') this.#suspected(member);
        },
        onUserEvent: (event) => {
          if (pool === 'lan') this.#userEvent(event);
        },
        onQuit: () => logger.error('left the pool: its name belongs to another member', 'pool', pool),
      },
    });
  }

  /** From now on the state worker hears of everything; first of all of who is there already. */
  publish(): void {
    this.#isPublished = true;
    for (const pool of [this.#wan, this.#lan]) {
      for (const member of pool?.members ?? []) this.#publishers[pool?.profile.pool ?? 'lan'].changed(member);
    }
    // In this turn: the state worker answers nothing before it knows who it is.
    this.#publishers.wan.flush();
    this.#publishers.lan.flush();
    const intervalMs = this.#options.config.devMode ? DEV_COORDINATE_INTERVAL_MS : COORDINATE_INTERVAL_MS;
    this.#coordinate = setInterval(() => this.#publishCoordinate(), intervalMs);
    this.#startJoining();
    this.#floodRounds = this.#flood && setInterval(() => this.#flood?.round(), FLOOD_INTERVAL_MS);
  }

  /** What its name promises: later changes come by themselves. */
  #membersChanged(pool: PoolName, type: MemberEventType, members: readonly SerfMember[]): void {
    if (pool === 'lan') for (const member of members) this.#flood?.changed(member);
    if (!this.#isPublished) return;
    const publisher = this.#publishers[pool];
    for (const member of members) {
      if (type === 'reap') publisher.removed(member.name);
      else publisher.changed(member);
    }
  }

  /** For servers, whose leader it may be. */
  #suspected({ name, meta }: SerfMember): void {
    if (!this.#isPublished || !this.#options.config.server || readTags(meta).get('role') !== SERVER) return;
    this.#options.tell({ kind: 'server-suspected', name });
  }

  /** Every agent hears of new leaders; all else of Consul's names is a user's. */
  #userEvent(fired: UserEvent): void {
    if (fired.name === NEW_LEADER) {
      this.#logger.info('New leader elected', 'payload', Buffer.from(fired.payload ?? []).toString());
      return;
    }
    const event = decodeUserEvent(fired);
    if (event === null) this.#options.logger.warn('ignoring an event that is not a user event', 'event', fired.name);
    else if (this.#isPublished) this.#options.tell({ kind: 'user-event', event });
  }

  /** This server leads now. */
  newLeader(): void {
    const { name, payload } = newLeaderEvent(this.#options.config.nodeName);
    const problem = this.#lan?.userEvent(name, payload) ?? null;
    if (problem !== null) this.#logger.warn('failed to broadcast new leader event', 'error', problem);
  }

  #publishCoordinate(): void {
    if (this.#lan !== null) this.#options.tell({ kind: 'coordinate', coordinate: this.#lan.coordinate });
  }

  #startJoining(): void {
    const { config, onJoinExhausted } = this.#options;
    for (const pool of [this.#lan, this.#wan]) {
      if (pool === null) continue;
      const name = pool.profile.pool;
      const retry = new RetryJoin({
        pool: name,
        config: name === 'wan' && config.wan !== null ? config.wan : config.lan,
        join: async (addresses) => amongOthers(outcomeOf(await pool.join(addresses)), pool.memberCount),
        clock: {
          set: (delayMs, run) => setTimeout(run, delayMs),
          clear: (timer: NodeJS.Timeout) => clearTimeout(timer),
        },
        random: Math.random,
        logger: this.#options.logger,
        onExhausted: onJoinExhausted,
      });
      this.#retries.push(retry);
      retry.start();
    }
  }

  async join({ addresses, wan }: AskOf<'join'>): Promise<ControlAnswer<'join'>> {
    const pool = wan ? this.#wan : this.#lan;
    if (pool === null) return { ok: false, error: 'WAN pool is not available on this agent' };
    const prefix = `(${pool.profile.pool.toUpperCase()})`;
    this.#options.logger.info(`${prefix} joining`, `${pool.profile.pool}_addresses`, addresses);
    const { joined, error } = outcomeOf(await pool.join(addresses));
    if (joined > 0) this.#options.logger.info(`${prefix} joined`, 'number_of_nodes', joined);
    else this.#options.logger.warn(`${prefix} couldn't join`, 'number_of_nodes', 0, 'error', error);
    return joined > 0 ? { ok: true, result: { joined } } : { ok: false, error };
  }

  /** In the LAN pool by its name, in the WAN pool with the datacenter behind it. */
  async forceLeave({ node, prune, wan }: AskOf<'force-leave'>): Promise<ControlAnswer<'force-leave'>> {
    const { datacenter } = this.#options.config;
    const inWan = node.endsWith(`.${datacenter}`) ? node : `${node}.${datacenter}`;
    const found = [
      { pool: wan ? null : this.#lan, name: node },
      { pool: this.#wan, name: wan ? node : inWan },
    ].flatMap(({ pool, name }) => {
      const known = pool?.nameOf(name) ?? null;
      return pool === null || known === null ? [] : [{ pool, name: known }];
    });
    if (found.length === 0) return { ok: false, error: `agent: No node found with name '${node}'` };
    const problems = await Promise.all(found.map(({ pool, name }) => pool.forceLeave(name, prune)));
    const problem = problems.find((text) => text !== null) ?? null;
    return problem === null ? { ok: true, result: null } : { ok: false, error: problem };
  }

  fireEvent({ event }: AskOf<'fire-event'>): ControlAnswer<'fire-event'> {
    const { name, payload } = encodeUserEvent(event);
    const problem = this.#lan?.userEvent(name, payload) ?? null;
    return problem === null ? { ok: true, result: null } : { ok: false, error: problem };
  }

  async keyring(request: AskOf<'keyring'>): Promise<ControlAnswer<'keyring'>> {
    const { operation, key, relayFactor, localOnly } = request;
    const pools = [localOnly ? null : this.#wan, this.#lan].filter((pool) => pool !== null);
    const answers: KeyringAnswer[] = await Promise.all(pools.map((pool) => pool.keyring(operation, key, relayFactor)));
    return { ok: true, result: answers };
  }

  figures(): ControlAnswer<'pool-figures'> {
    return { ok: true, result: { lan: this.#lan?.figures ?? {}, wan: this.#wan?.figures ?? null } };
  }

  wanCoordinates(): ControlAnswer<'wan-coordinates'> {
    const known = new Map<string, Coordinate>();
    for (const { name } of this.#wan?.members ?? []) {
      const coordinate = this.#wan?.coordinateOf(name);
      if (coordinate !== undefined) known.set(name, coordinate);
    }
    return { ok: true, result: known };
  }

  /** Tags follow a changed configuration; nothing else of a pool does while it runs. */
  reload(config: RuntimeConfig): void {
    for (const [pool, profile] of [
      [this.#lan, lanProfile(config)],
      [this.#wan, wanProfile(config)],
    ] as const) {
      const problem = profile === null ? null : (pool?.setTags(profile.tags) ?? null);
      if (problem !== null) this.#logger.error('failed to update tags', 'error', problem);
    }
  }

  #stopJoining(): void {
    for (const retry of this.#retries) retry.stop();
    this.#flood?.stop();
    if (this.#floodRounds !== null) clearInterval(this.#floodRounds);
  }

  /** WAN first, then LAN, each with the time that the others need to hear of it. */
  async leave(): Promise<void> {
    this.#stopJoining();
    await this.#wan?.leave();
    await this.#lan?.leave();
  }

  async close(): Promise<void> {
    this.#stopJoining();
    if (this.#coordinate !== null) clearInterval(this.#coordinate);
    await Promise.all([this.#wan?.close(), this.#lan?.close()]);
  }
}
