// Internal.CatalogOverview: how many nodes, instances and checks are in which state, as the leader has it. A node is in the worst
// state of its own checks, an instance in that of its own.

import { compareUtf8 } from '../../../../gotext/utf8-order.js';
import type { CheckRecord } from '../../../../wire/records.js';
import type { StoreReads } from '../../replica/store/read-api.js';
import { type Steps, turns } from '../../turns/turns.js';
import type { WriteMethod } from '../contract/method.js';
import { type Sight, sightOf } from '../contract/sight.js';

export interface StateCounts {
  /** "" for what has none. */
  readonly name: string;
  readonly total: number;
  readonly passing: number;
  readonly warning: number;
  readonly critical: number;
}

export interface CatalogOverview {
  /** One for each partition: there is but one. */
  readonly nodes: readonly StateCounts[];
  /** By name, as the checks. */
  readonly services: readonly StateCounts[];
  readonly checks: readonly StateCounts[];
}

type Status = 'passing' | 'warning' | 'critical';

/** Nodes, checks and services of one step: some tenths of a millisecond. */
const PER_STEP = 512;

class Counts {
  readonly #byName = new Map<string, Record<Status, number>>();

  add(name: string, status: Status): void {
    const known = this.#byName.get(name);
    if (known !== undefined) known[status] += 1;
    else this.#byName.set(name, { passing: 0, warning: 0, critical: 0, [status]: 1 });
  }

  get rows(): readonly StateCounts[] {
    const rows = Array.from(this.#byName, ([name, { passing, warning, critical }]) => {
      return { name, total: passing + warning + critical, passing, warning, critical };
    });
    return rows.sort((a, b) => compareUtf8(a.name, b.name));
  }
}

function statusOf({ Status: status }: CheckRecord): Status {
  return status === 'warning' || status === 'critical' ? status : 'passing';
}

function worst(one: Status, other: Status): Status {
  if (one === 'critical' || other === 'critical') return 'critical';
  return one === 'warning' ? one : other;
}

function* overview({ catalog }: StoreReads, sight: Sight | null): Steps<CatalogOverview> {
  const nodes = new Counts();
  const services = new Counts();
  const checks = new Counts();
  let done = 0;
  for (const { Node } of catalog.nodes(null).value) {
    if (++done % PER_STEP === 0) yield;
    if (sight !== null && !sight.node(Node)) continue;
    const dump = catalog.nodeDump(Node);
    // Removed between two steps.
    if (dump === null) continue;
    /** By the ID of the service; "" for the node's. */
    const states = new Map<string, Status>();
    for (const check of dump.checks) {
      if (++done % PER_STEP === 0) yield;
      if (sight !== null && !sight.check(check)) continue;
      const status = statusOf(check);
      states.set(check.ServiceID, worst(states.get(check.ServiceID) ?? 'passing', status));
      checks.add(check.Name, status);
    }
    nodes.add('', states.get('') ?? 'passing');
    for (const { ID, Service } of dump.services) {
      if (++done % PER_STEP === 0) yield;
      if (sight === null || sight.service(Service)) services.add(Service, states.get(ID) ?? 'passing');
    }
  }
  return { nodes: nodes.rows, services: services.rows, checks: checks.rows };
}

export const catalogOverview: WriteMethod<null, CatalogOverview> = {
  name: 'Internal.CatalogOverview',
  isRepeatable: true,
  decide: ({ store }, _nothing, { authorizer }) => ({
    reply: turns.finished(overview(store, sightOf(authorizer, 'node:read', 'service:read'))),
  }),
};
