// What a check worker is told of a definition (spec/agent.md section 3): each kind's fields, defaults and limits.

import assert from 'node:assert/strict';
import test from 'node:test';
import type { CheckTask } from '../../../../../src/wire/checks/check-task.js';
import type { CheckType } from '../../../../../src/wire/definitions.js';
import { taskOf } from '../../../../../src/workers/state/local/checks/check-task.js';
import { NO_CHECK } from '../../../../../src/workers/state/records/zero-values.js';
import { checkType, SECOND_NS } from './registrations.js';

const AGENT_LIMIT = 4096;
const TLS = { serverName: 'svc.test', skipVerify: true };
const TLS_FIELDS = { TLSServerName: 'svc.test', TLSSkipVerify: true };

function task(fields: Partial<CheckType>): CheckTask {
  const record = { ...NO_CHECK, CheckID: 'c', ServiceID: 's', Status: 'warning', Output: 'before' };
  const made = taskOf(7, checkType({ Interval: 10 * SECOND_NS, ...fields }), record, AGENT_LIMIT);
  assert.ok(made);
  return made;
}

const HTTP = { HTTP: 'http://x/' };

test('each kind gets its fields and its default timeout', () => {
  const http = { kind: 'http', url: 'http://x/', method: 'GET', headers: {}, body: '', followRedirects: true };
  const cases: readonly (readonly [fields: Partial<CheckType>, probe: object, timeoutMs: number])[] = [
    [{ ...HTTP, ...TLS_FIELDS }, { ...http, tls: TLS }, 10_000],
    [
      { ...HTTP, Method: 'PUT', Header: { A: ['1', '2'], B: null }, Body: 'b', DisableRedirects: true, ...TLS_FIELDS },
      { ...http, method: 'PUT', headers: { A: ['1', '2'], B: [] }, body: 'b', followRedirects: false, tls: TLS },
      10_000,
    ],
    [{ TCP: 'x:1', TCPUseTLS: true, ...TLS_FIELDS }, { kind: 'tcp', address: 'x:1', useTls: true, tls: TLS }, 10_000],
    [{ UDP: 'x:1' }, { kind: 'udp', address: 'x:1' }, 10_000],
    [
      { GRPC: 'x:1/s', GRPCUseTLS: true, ...TLS_FIELDS },
      { kind: 'grpc', target: 'x:1/s', useTls: true, tls: TLS },
      10_000,
    ],
    [
      { H2PING: 'x:1', H2PingUseTLS: true, ...TLS_FIELDS },
      { kind: 'h2ping', address: 'x:1', useTls: true, tls: TLS },
      10_000,
    ],
    [{ ScriptArgs: ['a', 'b'] }, { kind: 'script', args: ['a', 'b'] }, 30_000],
    [{ OSService: 'x' }, { kind: 'os-service', name: 'x' }, 30_000],
    [
      { DockerContainerID: 'x', Shell: '/bin/ash', ScriptArgs: ['a'] },
      { kind: 'docker', containerId: 'x', shell: '/bin/ash', args: ['a'] },
      0,
    ],
  ];
  for (const [fields, probe, timeoutMs] of cases) {
    const made = task(fields);
    assert.deepEqual(made.probe, probe);
    assert.equal(made.timeoutMs, timeoutMs, made.probe.kind);
    assert.equal(task({ ...fields, Timeout: 1.5 * SECOND_NS }).timeoutMs, 1500, made.probe.kind);
  }
});

test('kinds that this thread runs itself have no task', () => {
  for (const fields of [{ TTL: SECOND_NS }, { AliasService: 'x' }]) {
    assert.equal(taskOf(1, checkType(fields), NO_CHECK, AGENT_LIMIT), null);
  }
});

test('thresholds are passed on; a warning comes with the critical one unless it has its own', () => {
  const thresholds = (fields: Partial<CheckType>): readonly number[] => {
    const { successBeforePassing, failuresBeforeWarning, failuresBeforeCritical } = task({ ...HTTP, ...fields });
    return [successBeforePassing, failuresBeforeWarning, failuresBeforeCritical];
  };
  assert.deepEqual(thresholds({ SuccessBeforePassing: 2, FailuresBeforeCritical: 4 }), [2, 4, 4]);
  assert.deepEqual(thresholds({ FailuresBeforeWarning: 1, FailuresBeforeCritical: 4 }), [0, 1, 4]);
});

test('the smaller limit of the output counts, an interval has its least, and the worker knows what is known', () => {
  assert.equal(task({ ...HTTP, OutputMaxSize: 10 }).outputMaxBytes, 10);
  assert.equal(task({ ...HTTP, OutputMaxSize: 5000 }).outputMaxBytes, AGENT_LIMIT);
  assert.equal(task(HTTP).outputMaxBytes, AGENT_LIMIT);
  assert.equal(task({ ...HTTP, Interval: 0.1 * SECOND_NS }).intervalMs, 1000);
  const { key, checkId, serviceId, status, output, intervalMs } = task(HTTP);
  assert.deepEqual([key, checkId, serviceId, status, output, intervalMs], [7, 'c', 's', 'warning', 'before', 10_000]);
});
