// How long commands take to apply, under the names of spec/agent.md section 6 (`fsm.*`), in milliseconds. The series are made once:
// an observation costs no look-up by name.

import type { Metrics, Series } from '../../../../observe/metrics.js';
import { type Command, CommandType } from '../../../../wire/commands.js';

const KV_OPERATIONS = ['set', 'cas', 'lock', 'unlock', 'delete', 'delete-cas', 'delete-tree'];
const SESSION_OPERATIONS = ['create', 'destroy'];
const QUERY_OPERATIONS = ['create', 'update', 'delete'];

const ACL_METRICS: readonly (readonly [CommandType, string, string])[] = [
  [CommandType.aclBootstrap, 'fsm.acl.token', 'bootstrap'],
  [CommandType.aclTokenSet, 'fsm.acl.token', 'upsert'],
  [CommandType.aclTokenDelete, 'fsm.acl.token', 'delete'],
  [CommandType.aclPolicySet, 'fsm.acl.policy', 'upsert'],
  [CommandType.aclPolicyDelete, 'fsm.acl.policy', 'delete'],
  [CommandType.aclRoleSet, 'fsm.acl.role', 'upsert'],
  [CommandType.aclRoleDelete, 'fsm.acl.role', 'delete'],
  [CommandType.aclBindingRuleSet, 'fsm.acl.bindingrule', 'upsert'],
  [CommandType.aclBindingRuleDelete, 'fsm.acl.bindingrule', 'delete'],
  [CommandType.aclAuthMethodSet, 'fsm.acl.authmethod', 'upsert'],
  [CommandType.aclAuthMethodDelete, 'fsm.acl.authmethod', 'delete'],
];

const CA_OPERATIONS = [
  'set-config',
  'set-roots',
  'set-roots-config',
  'set-provider-state',
  'delete-provider-state',
  'increment-provider-serial',
];

function seriesByOperation(metrics: Metrics, name: string, operations: readonly string[]): ReadonlyMap<string, Series> {
  return new Map(operations.map((operation) => [operation, metrics.sample(name, [['op', operation]])]));
}

export class ApplyMetrics {
  readonly #plain: ReadonlyMap<CommandType, Series>;
  readonly #kvs: ReadonlyMap<string, Series>;
  readonly #session: ReadonlyMap<string, Series>;
  readonly #tombstone: ReadonlyMap<string, Series>;
  readonly #query: ReadonlyMap<string, Series>;
  readonly #connectCa: ReadonlyMap<string, Series>;
  readonly #connectCaLeaf: ReadonlyMap<string, Series>;

  constructor(metrics: Metrics) {
    this.#plain = new Map<CommandType, Series>([
      [CommandType.register, metrics.sample('fsm.register')],
      [CommandType.deregister, metrics.sample('fsm.deregister')],
      [CommandType.coordinates, metrics.sample('fsm.coordinate.batch-update')],
      [CommandType.txn, metrics.sample('fsm.txn')],
      [CommandType.autopilot, metrics.sample('fsm.autopilot')],
      ...ACL_METRICS.map(([type, name, op]): [CommandType, Series] => [type, metrics.sample(name, [['op', op]])]),
    ]);
    this.#kvs = seriesByOperation(metrics, 'fsm.kvs', KV_OPERATIONS);
    this.#session = seriesByOperation(metrics, 'fsm.session', SESSION_OPERATIONS);
    this.#tombstone = seriesByOperation(metrics, 'fsm.tombstone', ['reap']);
    this.#query = seriesByOperation(metrics, 'fsm.prepared-query', QUERY_OPERATIONS);
    this.#connectCa = seriesByOperation(metrics, 'fsm.ca', CA_OPERATIONS);
    this.#connectCaLeaf = seriesByOperation(metrics, 'fsm.ca.leaf', ['increment-index']);
  }

  /** Operations that don't exist have no series. */
  observe(command: Command, durationMs: number): void {
    this.#seriesOf(command)?.add(durationMs);
  }

  #seriesOf(command: Command): Series | undefined {
    switch (command.type) {
      case CommandType.kvs:
        return this.#kvs.get(command.body.Op);
      case CommandType.session:
        return this.#session.get(command.body.Op);
      case CommandType.tombstone:
        return this.#tombstone.get(command.body.Op);
      case CommandType.preparedQuery:
        return this.#query.get(command.body.Op);
      case CommandType.connectCa:
        return this.#connectCa.get(command.body.Op);
      case CommandType.connectCaLeaf:
        return this.#connectCaLeaf.get(command.body.Op);
      default:
        return this.#plain.get(command.type);
    }
  }
}
