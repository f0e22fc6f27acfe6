// The health checks that a registration makes: IDs, names, initial status, how intervals are shown (spec/agent.md section 2,
// "Registration"). A check that exists already keeps its status and output.

import { formatDuration } from '../../../../gotext/duration.js';
import type { CheckRegistration, CheckType } from '../../../../wire/definitions.js';
import type { CheckRecord, ServiceRecord } from '../../../../wire/records.js';
import { NO_CHECK_DEFINITION } from '../../records/zero-values.js';
import { typeOf } from '../checks/check-kind.js';

interface Shown {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly interval: string;
  readonly timeout: string;
}

function record(node: string, check: CheckType, service: ServiceRecord | null, shown: Shown): CheckRecord {
  return {
    Node: node,
    CheckID: shown.id,
    Name: shown.name,
    Status: check.Status === '' ? 'critical' : check.Status,
    Notes: check.Notes,
    Output: '',
    ServiceID: service?.ID ?? '',
    ServiceName: service?.Service ?? '',
    ServiceTags: service?.Tags ?? null,
    Type: shown.type,
    Interval: shown.interval,
    Timeout: shown.timeout,
    ExposedPort: 0,
    Definition: NO_CHECK_DEFINITION,
    PeerName: '',
    CreateIndex: 0,
    ModifyIndex: 0,
  };
}

/** Duration text; "" for zero, as on checks that come with their service. */
function shownDuration(ns: number): string {
  return ns === 0 ? '' : formatDuration(ns);
}

/** The check at `position` (from 0) of `count` that come with their service. */
export function serviceCheck(
  node: string,
  service: ServiceRecord,
  check: CheckType,
  position: number,
  count: number,
): CheckRecord {
  const own = count > 1 ? `service:${service.ID}:${position + 1}` : `service:${service.ID}`;
  return record(node, check, service, {
    id: check.CheckID === '' ? own : check.CheckID,
    name: check.Name === '' ? `Service '${service.Service}' check` : check.Name,
    type: typeOf(check),
    interval: shownDuration(check.Interval),
    timeout: shownDuration(check.Timeout),
  });
}

/** A check registered on its own, for the node or for a known service. */
export function singleCheck(
  node: string,
  registration: CheckRegistration,
  service: ServiceRecord | null,
  fromConfigFile: boolean,
): CheckRecord {
  const { check } = registration;
  return record(node, check, service, {
    id: check.CheckID === '' ? check.Name : check.CheckID,
    name: check.Name,
    type: fromConfigFile ? '' : typeOf(check),
    interval: fromConfigFile ? '0s' : formatDuration(check.Interval),
    timeout: fromConfigFile ? '0s' : formatDuration(check.Timeout),
  });
}
