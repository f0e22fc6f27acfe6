// Everything that is this agent's own, put together: local state, durable store, running checks, reaper and anti-entropy.
// One owner of it exists in a process, in the primary state worker; readers elsewhere are replicas of the catalog only.

import { join } from 'node:path';
import type { Logger } from '../../../observe/logger.js';
import type { Metrics } from '../../../observe/metrics.js';
import type { Random } from '../../../random/random.js';
import type { RuntimeConfig } from '../../../wire/config.js';
import type { Calls } from '../calls/calls.js';
import type { TokenResolver } from '../methods/contract/token-resolver.js';
import { CentralDefaults } from './central/central-defaults.js';
import { AliasChecks } from './checks/alias-checks.js';
import type { CheckRunner } from './checks/check-task.js';
import { LocalChecks } from './checks/local-checks.js';
import { catalogNodeChecks } from './checks/node-checks.js';
import { TtlChecks } from './checks/ttl-checks.js';
import { definitionsProblem, registerDefinitions, removeMissing } from './registration/file-definitions.js';
import { Maintenance } from './registration/maintenance.js';
import { Reaper } from './registration/reaper.js';
import { Registrar } from './registration/registrar.js';
import { restore } from './registration/restore.js';
import type { ServiceRegistration } from './registration/service-registration.js';
import { proxyOf } from './registration/sidecar.js';
import { type Clock, systemClock } from './state/clock.js';
import { sameContent } from './state/equality.js';
import { LocalState } from './state/local-state.js';
import { type NodeFacts, nodeFacts } from './state/node-facts.js';
import type { LocalOutcome } from './state/outcomes.js';
import { DurableStore, type RegistrationStore, volatileStore } from './store/registration-store.js';
import { importStockDirectory } from './store/stock-import.js';
import { emptyContents, type StoreContents } from './store/store-operations.js';
import { FullSync } from './sync/full-sync.js';
import { PartialSync } from './sync/partial-sync.js';
import type { SyncTokens } from './sync/sync-requests.js';
import { SyncRounds } from './sync/sync-rounds.js';
import { Syncer } from './sync/syncer.js';

interface LocalAgentOptions {
  readonly config: RuntimeConfig;
  /** Named `agent`. */
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** The way to the catalog; on an agent that knows no server it refuses. */
  readonly calls: Calls;
  readonly runner: CheckRunner;
  readonly tokens: SyncTokens;
  readonly acls: TokenResolver;
  /** LAN members. */
  readonly clusterSize: () => number;
  readonly clock?: Clock;
  readonly random?: Random;
  /** See SyncerOptions; for tests that look at every round. */
  readonly partialIntervalMs?: number;
}

/** Changes that no request made: a round then carries some hundred, and nobody sees a catalog that is this much younger. */
const PARTIAL_INTERVAL_MS = 25;

/** A definition from the configuration files can't be registered: the agent does not start. */
export class LocalDefinitionError extends Error {}

export class LocalAgent {
  readonly state: LocalState;
  readonly registrar: Registrar;
  readonly maintenance: Maintenance;
  readonly ttl: TtlChecks;
  readonly #checks: LocalChecks;
  readonly #rounds: SyncRounds;
  readonly #syncer: Syncer;
  readonly #reaper: Reaper;
  readonly #store: RegistrationStore;
  /** null: it is turned off. */
  readonly #central: CentralDefaults | null;
  #node: NodeFacts;

  private constructor(options: LocalAgentOptions, store: RegistrationStore) {
    const { config, logger, metrics, calls, runner, tokens, acls, clusterSize } = options;
    const clock = options.clock ?? systemClock;
    const random = options.random ?? Math.random;
    const { checkUpdateIntervalMs, discardCheckOutput, checkOutputMaxSize, nodeName, datacenter } = config;
    const { enableScriptChecks, enableLocalScriptChecks, sidecarPorts } = config;
    this.#store = store;
    this.#node = nodeFacts(config);
    const central = config.centralServiceConfig
      ? new CentralDefaults({ calls, datacenter, tokens, logger, clock, random })
      : null;
    const withDefaults = central?.withDefaults ?? (({ definition }) => definition);
    const state = new LocalState({ clock, random, checkUpdateIntervalMs, discardCheckOutput, withDefaults });
    central?.follow(state);
    const ttl = new TtlChecks({ state, clock, logger, persist: (texts) => store.commit(texts) });
    const alias = new AliasChecks({ state, clock, nodeChecks: catalogNodeChecks(calls, datacenter, tokens) });
    const checks = new LocalChecks({ state, ttl, alias, runner, logger, checkOutputMaxSize });
    const registrar = new Registrar({
      nodeName,
      state,
      checks,
      ttl,
      store,
      logger,
      enableScriptChecks,
      enableLocalScriptChecks,
      sidecarPorts,
    });
    const node = (): NodeFacts => this.#node;
    const fullSync = new FullSync({ state, calls, logger, node, tokens });
    const partialSync = new PartialSync({ state, calls, logger, metrics, node, tokens, acls });
    this.state = state;
    this.#central = central;
    this.ttl = ttl;
    this.registrar = registrar;
    this.maintenance = new Maintenance(nodeName, state, registrar, logger);
    this.#checks = checks;
    this.#reaper = new Reaper({ clock, state, checks, registrar, logger });
    const rounds = new SyncRounds({
      logger,
      obstacle: () => calls.obstacle?.text ?? null,
      sync: () => partialSync.run(),
    });
    this.#rounds = rounds;
    this.#syncer = new Syncer({
      clock,
      random,
      logger,
      clusterSize,
      partialIntervalMs: options.partialIntervalMs ?? PARTIAL_INTERVAL_MS,
      fullSync: async () => {
        const unreadable = await calls.awaitReadable();
        if (unreadable !== null) return unreadable.text;
        await central?.start();
        return rounds.exclusively(() => fullSync.run());
      },
      rounds,
    });
    state.listen({ touched: () => this.#syncer.trigger() });
    store.attach(
      () => registrar.storeOperations(),
      () => state.allServices.size + state.allChecks.size,
    );
  }

  /**
   * Opens the store, registers what the configuration files define and restores the rest. Nothing is synced before
   * {@link start}.
   * @throws LocalStoreError, LocalDefinitionError: the agent can't start, the message is for the operator.
   */
  static async open(options: LocalAgentOptions): Promise<LocalAgent> {
    const { config, logger } = options;
    const { dataDir } = config;
    let store: RegistrationStore = volatileStore;
    let contents: StoreContents = emptyContents();
    if (dataDir !== null) {
      const opened = await DurableStore.open(dataDir, logger, () => importStockDirectory(dataDir, logger));
      store = opened.store;
      contents = opened.contents;
    }
    const agent = new LocalAgent(options, store);
    const refused = await registerDefinitions(agent.registrar, config.definitions);
    if (refused !== null) {
      await agent.stop();
      throw new LocalDefinitionError(refused);
    }
    const dropped = restore(contents, {
      nodeName: config.nodeName,
      state: agent.state,
      registrar: agent.registrar,
      ttl: agent.ttl,
      clock: options.clock ?? systemClock,
      logger,
      storePath: join(dataDir ?? '', 'local'),
    });
    if (dropped.length > 0) await store.commit(dropped);
    return agent;
  }

  /** Begins anti-entropy and the reaper. */
  start(): void {
    this.#syncer.start();
    this.#reaper.start();
  }

  /** Done when it may be answered. */
  registerService(registration: ServiceRegistration): Promise<LocalOutcome> {
    const register = () => this.answerable(this.registrar.registerService(registration));
    const { service, sidecar, token } = registration;
    if (this.#central === null || (sidecar === null && service.Kind === '')) return register();
    const proxy = sidecar === null ? service : proxyOf(service, sidecar.service);
    return this.#central.whenKnown(proxy, { token, fromConfigFile: false }, register);
  }

  /**
   * Done when the request that made `change` may be answered: it is on disk, and a sync that carries it was attempted. Both
   * run at the same time. Call it in the turn in which the change was made.
   */
  answerable(change: Promise<LocalOutcome>): Promise<LocalOutcome> {
    const attempt = this.state.hasUnsynced ? this.#rounds.attempt() : null;
    return attempt === null ? change : afterAttempt(change, attempt);
  }

  /** Done when a sync was attempted of all that {@link Registrar.batch} has changed so far. */
  backlogAttempted(): Promise<void> {
    return this.#rounds.backlogTaken(this.state.backlog);
  }

  /** A server came up, or a leader was elected. */
  serverUp(): void {
    this.#syncer.serverUp();
  }

  /** Takes over what can change while running. The text of a definition that can't be, and then nothing has changed. */
  async reload(config: RuntimeConfig): Promise<string | null> {
    const problem = definitionsProblem(this.registrar, this.state, config.definitions);
    if (problem !== null) return problem;
    this.#syncer.pause();
    try {
      await removeMissing(this.registrar, this.state, config.definitions);
      const refused = await registerDefinitions(this.registrar, config.definitions);
      const node = nodeFacts(config);
      if (!sameContent(node, this.#node)) this.state.nodeInfoInSync = false;
      this.#node = node;
      this.state.discardCheckOutput = config.discardCheckOutput;
      this.state.flushDeferred();
      return refused;
    } finally {
      this.#syncer.resume();
    }
  }

  /** Done when everything acknowledged is on disk and no timer of this agent runs. */
  async stop(): Promise<void> {
    this.#reaper.stop();
    this.#central?.stop();
    this.#syncer.stop();
    this.ttl.flush();
    this.#checks.stopAll();
    await this.#store.close();
  }
}

async function afterAttempt(change: Promise<LocalOutcome>, attempt: Promise<void>): Promise<LocalOutcome> {
  const outcome = await change;
  if (outcome.ok) await attempt;
  return outcome;
}
