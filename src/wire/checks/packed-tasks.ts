// Tasks on their way to a check worker, as one flat list: of objects, the names of all fields travel with each, which takes three times
// as long on either side, and thousands of services that come at once bring a check each. What most checks are, an HTTP request
// without headers or TLS settings of its own, is flat as a whole; other probes are sent as they are.

import type { CheckStatus } from '../records.js';
import type { CheckTask, Probe, TlsProbe } from './check-task.js';

/** The task's own fields, then its probe: an object, or the URL of a plain HTTP request, followed by the rest of that. */
export type PackedTasks = readonly (string | number | boolean | Probe)[];

/** Shared by all probes that have none: most checks. */
export const NO_HEADERS: { readonly [name: string]: readonly string[] } = Object.freeze({});
export const DEFAULT_TLS: TlsProbe = Object.freeze({ serverName: '', skipVerify: false });

const OWN_FIELDS = 11;
const HTTP_FIELDS = 4;

function isPlain({ serverName, skipVerify }: TlsProbe): boolean {
  return serverName === '' && !skipVerify;
}

function hasNone(headers: object): boolean {
  for (const _ in headers) return false;
  return true;
}

export function packTasks(tasks: readonly CheckTask[]): PackedTasks {
  const packed: (string | number | boolean | Probe)[] = [];
  for (const task of tasks) {
    packed.push(task.key, task.checkId, task.serviceId, task.intervalMs, task.timeoutMs, task.outputMaxBytes);
    packed.push(task.successBeforePassing, task.failuresBeforeWarning, task.failuresBeforeCritical);
    packed.push(task.status, task.output);
    const { probe } = task;
    if (probe.kind === 'http' && isPlain(probe.tls) && hasNone(probe.headers)) {
      packed.push(probe.url, probe.method, probe.body, probe.followRedirects);
    } else packed.push(probe);
  }
  return packed;
}

export function unpackTasks(packed: PackedTasks): CheckTask[] {
  const tasks: CheckTask[] = [];
  for (let at = 0; at < packed.length; ) {
    const probe = probeAt(packed, at + OWN_FIELDS);
    tasks.push({
      key: packed[at] as number,
      checkId: packed[at + 1] as string,
      serviceId: packed[at + 2] as string,
      intervalMs: packed[at + 3] as number,
      timeoutMs: packed[at + 4] as number,
      outputMaxBytes: packed[at + 5] as number,
      successBeforePassing: packed[at + 6] as number,
      failuresBeforeWarning: packed[at + 7] as number,
      failuresBeforeCritical: packed[at + 8] as number,
      status: packed[at + 9] as CheckStatus,
      output: packed[at + 10] as string,
      probe,
    });
    at += OWN_FIELDS + (typeof packed[at + OWN_FIELDS] === 'string' ? HTTP_FIELDS : 1);
  }
  return tasks;
}

function probeAt(packed: PackedTasks, at: number): Probe {
  const probe = packed[at] as string | Probe;
  if (typeof probe !== 'string') return probe;
  return {
    kind: 'http',
    url: probe,
    method: packed[at + 1] as string,
    headers: NO_HEADERS,
    body: packed[at + 2] as string,
    followRedirects: packed[at + 3] as boolean,
    tls: DEFAULT_TLS,
  };
}
