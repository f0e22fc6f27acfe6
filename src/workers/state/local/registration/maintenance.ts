// Maintenance mode of the node or of a service: a critical check that nothing runs (spec/agent.md section 2, "Maintenance").

import type { Logger } from '../../../../observe/logger.js';
import type { CheckRecord } from '../../../../wire/records.js';
import { NO_CHECK } from '../../records/zero-values.js';
import type { LocalState } from '../state/local-state.js';
import { DONE, type LocalOutcome, unknownService } from '../state/outcomes.js';
import type { Registrar } from './registrar.js';

const NODE_CHECK = '_node_maintenance';
const SERVICE_CHECK_PREFIX = '_service_maintenance:';

function defaultReason(what: 'node' | 'service'): string {
  return `Maintenance mode is enabled for this ${what}, but no reason was provided. This is a default message.`;
}

/** True for the ID of a maintenance check. */
export function isMaintenanceCheck(checkId: string): boolean {
  return checkId === NODE_CHECK || checkId.startsWith(SERVICE_CHECK_PREFIX);
}

export class Maintenance {
  readonly #nodeName: string;
  readonly #state: LocalState;
  readonly #registrar: Registrar;
  readonly #logger: Logger;

  constructor(nodeName: string, state: LocalState, registrar: Registrar, logger: Logger) {
    this.#nodeName = nodeName;
    this.#state = state;
    this.#registrar = registrar;
    this.#logger = logger;
  }

  async enterNode(reason: string, token: string): Promise<LocalOutcome> {
    if (this.#state.check(NODE_CHECK)) return DONE;
    const check: CheckRecord = {
      ...NO_CHECK,
      Node: this.#nodeName,
      CheckID: NODE_CHECK,
      Name: 'Node Maintenance Mode',
      Status: 'critical',
      Notes: reason === '' ? defaultReason('node') : reason,
      Type: 'maintenance',
    };
    const outcome = await this.#registrar.putFixedCheck(check, token);
    if (outcome.ok) this.#logger.info('Node entered maintenance mode');
    return outcome;
  }

  async leaveNode(): Promise<LocalOutcome> {
    if (!this.#state.check(NODE_CHECK)) return DONE;
    const outcome = await this.#registrar.deregisterCheck(NODE_CHECK);
    if (outcome.ok) this.#logger.info('Node left maintenance mode');
    return outcome;
  }

  async enterService(id: string, reason: string, token: string): Promise<LocalOutcome> {
    const service = this.#state.service(id)?.definition;
    if (!service) return unknownService(id);
    const checkId = SERVICE_CHECK_PREFIX + id;
    if (this.#state.check(checkId)) return DONE;
    const check: CheckRecord = {
      ...NO_CHECK,
      Node: this.#nodeName,
      CheckID: checkId,
      Name: 'Service Maintenance Mode',
      Status: 'critical',
      Notes: reason === '' ? defaultReason('service') : reason,
      ServiceID: id,
      ServiceName: service.Service,
      Type: 'maintenance',
    };
    const outcome = await this.#registrar.putFixedCheck(check, token);
    if (outcome.ok) this.#logger.info('Service entered maintenance mode', 'service', id);
    return outcome;
  }

  async leaveService(id: string): Promise<LocalOutcome> {
    if (!this.#state.service(id)) return unknownService(id);
    const checkId = SERVICE_CHECK_PREFIX + id;
    if (!this.#state.check(checkId)) return DONE;
    const outcome = await this.#registrar.deregisterCheck(checkId);
    if (outcome.ok) this.#logger.info('Service left maintenance mode', 'service', id);
    return outcome;
  }
}
