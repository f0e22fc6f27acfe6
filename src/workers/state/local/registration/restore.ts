// Puts back what the store holds, after the items of the configuration files (spec/agent.md section 2, "Restore at start"):
// a file's item wins, a check starts critical, a TTL check goes on where it was if its time is not over.

import type { Logger } from '../../../../observe/logger.js';
import type { CheckRecord } from '../../../../wire/records.js';
import { asStatus } from '../checks/check-task.js';
import type { TtlChecks } from '../checks/ttl-checks.js';
import type { Clock } from '../state/clock.js';
import type { LocalState } from '../state/local-state.js';
import { dropCheckText, dropServiceText, type StoreContents, type StoredCheck } from '../store/store-operations.js';
import { isMaintenanceCheck } from './maintenance.js';
import type { Registrar } from './registrar.js';

interface RestoreOptions {
  readonly nodeName: string;
  readonly state: LocalState;
  readonly registrar: Registrar;
  readonly ttl: TtlChecks;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Named in log lines, as stock names its files. */
  readonly storePath: string;
}

/** Gives the operations by which the store forgets what was not restored. */
export function restore(contents: StoreContents, options: RestoreOptions): readonly string[] {
  const { state, registrar, logger, storePath } = options;
  const dropped: string[] = [];
  for (const [id, { service, token }] of contents.services) {
    if (state.service(id)) {
      logger.debug('service exists, not restoring from file', 'service', id, 'file', storePath);
      dropped.push(dropServiceText(id));
      continue;
    }
    logger.debug('restored service definition from file', 'service', id, 'file', storePath);
    registrar.restoreService(service, token);
  }
  for (const [id, stored] of contents.checks) {
    if (state.check(id)) {
      logger.debug('check exists, not restoring from file', 'check', id, 'file', storePath);
      dropped.push(dropCheckText(id));
      continue;
    }
    const { definition, token } = stored;
    const outcome = registrar.restoreCheck({
      check: startingCheck(stored, contents, options),
      definition,
      token,
      fromConfigFile: false,
    });
    if (outcome.ok) logger.debug('restored health check from file', 'check', id, 'file', storePath);
    else {
      logger.warn('Failed to restore check', 'check', id, 'error', outcome.text);
      dropped.push(dropCheckText(id));
    }
  }
  restoreFileChecks(contents, options);
  return dropped;
}

/** As it starts: critical with the output of its registration, or as its last TTL update left it. */
function startingCheck(stored: StoredCheck, contents: StoreContents, options: RestoreOptions): CheckRecord {
  const check: CheckRecord = { ...stored.check, Node: options.nodeName, Status: 'critical' };
  if (isMaintenanceCheck(check.CheckID) || stored.definition === null || stored.definition.TTL <= 0) return check;
  return { ...check, ...unexpiredState(check.CheckID, contents, options) };
}

function unexpiredState(
  id: string,
  contents: StoreContents,
  { clock, logger, ttl }: RestoreOptions,
): Partial<CheckRecord> {
  const known = contents.states.get(id);
  if (!known) return {};
  if (known.expires * 1000 < clock.now()) {
    logger.debug('check state expired, not restoring', 'check', id);
    return {};
  }
  ttl.remember(id, known);
  return { Status: asStatus(known.status), Output: known.output };
}

/** TTL checks from configuration files have no definition in the store, but a last state. */
function restoreFileChecks(contents: StoreContents, options: RestoreOptions): void {
  for (const id of contents.states.keys()) {
    const entry = options.state.check(id);
    if (!entry?.fromConfigFile || entry.definition === null || entry.definition.TTL <= 0) continue;
    const { Status: status, Output: output } = unexpiredState(id, contents, options);
    if (status !== undefined && output !== undefined) options.state.updateCheck(id, asStatus(status), output);
  }
}
