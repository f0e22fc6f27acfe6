// Alias checks: the health of another service, of a node, or of a service on another node (spec/agent.md section 3, "alias").
// A local alias follows its service's own checks at once and looks at everything at least once a minute; a remote one waits
// on the catalog.

import type { CheckRecord, CheckStatus } from '../../../../wire/records.js';
import { isRefusal } from '../../methods/contract/refusal.js';
import type { Clock, Timer } from '../state/clock.js';
import type { LocalState } from '../state/local-state.js';
import type { NodeChecks, RegisteredWith } from './node-checks.js';

const REFRESH_MS = 60_000;
const REMOTE_WAIT_MS = 60_000;
const MAX_BACKOFF_MS = 60_000;
/** Errors up to this one are tried again at once; the second already shows. */
const QUICK_RETRIES = 3;

/** It is being registered. */
const UNKNOWN: RegisteredWith = { token: '', fromConfigFile: false };

/** Whose checks count. An empty node means this one. */
interface AliasTarget {
  readonly node: string;
  readonly serviceId: string;
}

interface Alias {
  readonly id: string;
  readonly target: AliasTarget;
  readonly stop: () => void;
}

export interface Health {
  readonly status: CheckStatus;
  readonly output: string;
}

/** The worst of the checks; the first critical one ends the search. */
export function aliasHealth(checks: Iterable<CheckRecord>): Health {
  let health: Health = { status: 'passing', output: 'No checks found.' };
  for (const check of checks) {
    if (check.Status === 'critical' || check.Status === 'warning') {
      const output = `Aliased check "${check.Name}" failing: ${check.Output}`;
      if (check.Status === 'critical') return { status: 'critical', output };
      health = { status: 'warning', output };
    } else if (health.status === 'passing') health = { status: 'passing', output: 'All checks passing.' };
  }
  return health;
}

function notFound({ node, serviceId }: AliasTarget): Health {
  return { status: 'critical', output: `Service ${serviceId} could not be found on node ${node}` };
}

interface AliasChecksOptions {
  readonly state: LocalState;
  readonly clock: Clock;
  readonly nodeChecks: NodeChecks;
}

export class AliasChecks {
  readonly #options: AliasChecksOptions;
  readonly #aliases = new Map<string, Alias>();
  /** Local aliases by the service they follow. */
  readonly #following = new Map<string, Set<string>>();
  readonly #stale = new Set<string>();
  #evaluation: NodeJS.Immediate | null = null;

  constructor(options: AliasChecksOptions) {
    this.#options = options;
    const changed = (serviceId: string): void => this.#sourceChanged(serviceId);
    options.state.listen({ checksChanged: changed, serviceChanged: changed });
  }

  start(id: string, target: AliasTarget): void {
    this.stop(id);
    const stop = target.node === '' ? this.#follow(id, target) : this.#watchRemote(id, target);
    this.#aliases.set(id, { id, target, stop });
  }

  stop(id: string): void {
    this.#aliases.get(id)?.stop();
    this.#aliases.delete(id);
    this.#stale.delete(id);
  }

  #follow(id: string, { serviceId }: AliasTarget): () => void {
    const { clock } = this.#options;
    const followers = this.#following.get(serviceId) ?? new Set<string>();
    this.#following.set(serviceId, followers.add(id));
    this.#evaluateSoon(id);
    let refresh: Timer;
    const arm = (): void => {
      refresh = clock.after(REFRESH_MS, () => {
        this.#evaluateSoon(id);
        arm();
      });
    };
    arm();
    return () => {
      refresh.cancel();
      followers.delete(id);
      if (followers.size === 0) this.#following.delete(serviceId);
    };
  }

  /** Changes of the node's own checks are seen at the next refresh only; an alias never counts itself. */
  #sourceChanged(serviceId: string): void {
    if (serviceId === '') return;
    for (const id of this.#following.get(serviceId) ?? []) this.#evaluateSoon(id);
  }

  #evaluateSoon(id: string): void {
    this.#stale.add(id);
    this.#evaluation ??= setImmediate(() => {
      this.#evaluation = null;
      const ids = [...this.#stale];
      this.#stale.clear();
      for (const stale of ids) this.#evaluate(stale);
    });
  }

  #evaluate(id: string): void {
    const alias = this.#aliases.get(id);
    if (!alias) return;
    const { state } = this.#options;
    const { serviceId } = alias.target;
    if (serviceId !== '' && !state.service(serviceId)) {
      this.#apply(id, notFound(alias.target));
      return;
    }
    const entries = serviceId === '' ? state.checksOf('') : [...state.checksOf(serviceId), ...state.checksOf('')];
    this.#apply(id, aliasHealth(entries.filter((entry) => entry.id !== id).map((entry) => entry.check)));
  }

  #watchRemote(id: string, target: AliasTarget): () => void {
    const ended = new AbortController();
    void this.#remoteLoop(id, target, ended.signal);
    return () => ended.abort();
  }

  async #remoteLoop(id: string, target: AliasTarget, signal: AbortSignal): Promise<void> {
    const { clock, nodeChecks, state } = this.#options;
    let index = 0;
    let errors = 0;
    while (!signal.aborted) {
      const askedAt = clock.monotonic();
      const check = state.check(id) ?? UNKNOWN;
      const outcome = await nodeChecks.read(target.node, check, index, REMOTE_WAIT_MS, signal);
      if (signal.aborted) return;
      if (isRefusal(outcome)) {
        errors += 1;
        index = 0;
        if (errors > 1) {
          const output = `Failure checking aliased node or service: ${outcome.text}`;
          this.#apply(id, { status: 'critical', output });
        }
        await this.#backOff(errors, signal);
        continue;
      }
      errors = 0;
      // Nothing new before its time: whoever answers is about to end and lets nobody wait. Asked again at once, it would
      // keep the thread from anything else.
      const isEarly = index > 0 && outcome.index === index && clock.monotonic() - askedAt < REMOTE_WAIT_MS;
      if (isEarly) await this.#backOff(1, signal);
      index = Math.max(1, outcome.index);
      const { serviceId } = target;
      if (serviceId !== '' && outcome.serviceIds?.has(serviceId) === false) this.#apply(id, notFound(target));
      else {
        const counting = outcome.checks.filter((check) => check.ServiceID === '' || check.ServiceID === serviceId);
        this.#apply(id, aliasHealth(counting.filter((check) => check.CheckID !== id)));
      }
    }
  }

  #backOff(errors: number, signal: AbortSignal): Promise<void> {
    const delayMs = errors > QUICK_RETRIES ? Math.min(MAX_BACKOFF_MS, 2 ** (errors - QUICK_RETRIES) * 1000) : 1000;
    return new Promise((resolve) => {
      const timer = this.#options.clock.after(delayMs, () => {
        signal.removeEventListener('abort', gaveUp);
        resolve();
      });
      const gaveUp = (): void => {
        timer.cancel();
        resolve();
      };
      signal.addEventListener('abort', gaveUp, { once: true });
    });
  }

  #apply(id: string, { status, output }: Health): void {
    this.#options.state.updateCheck(id, status, output);
  }
}
