// What holds of every row of the endpoint table, and that what clients were recorded to send and to get is declared in it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Metrics } from '../../../../../../src/observe/metrics.js';
import type { Parameters } from '../../../../../../src/workers/state/http/parameters/parameters.js';
import { Router } from '../../../../../../src/workers/state/http/router.js';
import { commonParameters, endpointTable, type TableEntry } from '../../../../../endpoint-table.js';
import { misfit } from './fits-shape.js';
import { recordedRequests } from './recorded.js';

const table = endpointTable();
const nameOf = ({ method, endpoint }: TableEntry): string => `${method} ${endpoint.path}`;
const router = new Router([...new Set(table.map(({ endpoint }) => endpoint))], new Metrics());

function entryOf(method: string, path: string): TableEntry | undefined {
  const endpoint = router.find(path)?.endpoint;
  return table.find((entry) => entry.endpoint === endpoint && entry.method === method);
}

/** Questions with a body. */
const ASKED_BY_POST = new Set([
  'POST /v1/discovery-chain/',
  'POST /v1/acl/templated-policy/preview/',
  'POST /v1/internal/acl/authorize',
  // Nobody has a token yet.
  'PUT /v1/acl/bootstrap',
  'POST /v1/acl/login',
  // It is about the token of the request itself.
  'POST /v1/acl/logout',
]);

test('every operation says what it is for and what a token needs', () => {
  assert.ok(table.length > 60);
  for (const entry of table) {
    const { acl, summary } = entry.operation;
    assert.ok(acl.length > 0, nameOf(entry));
    assert.ok(!acl.includes('none') || acl.length === 1, nameOf(entry));
    assert.match(summary, /^[A-Z].+[^.]$/, nameOf(entry));
    // What changes something is not for everybody.
    if (entry.method !== 'GET' && !ASKED_BY_POST.has(nameOf(entry)))
      assert.ok(
        acl.every((rule) => rule.endsWith(':write')),
        nameOf(entry),
      );
  }
});

test('a prefix says what stands behind it, an exact path has nothing there', () => {
  for (const { endpoint } of table) {
    assert.equal(endpoint.rest !== undefined, /\*|\/$/.test(endpoint.path), endpoint.path);
  }
});

test('parameters have names of their own, and those of a rule exist', () => {
  for (const entry of table) {
    const { parameters, emptyRestWith = [], exclusive } = entry.operation;
    for (const name of [...emptyRestWith, ...(exclusive?.names ?? [])]) {
      assert.ok(name in parameters.declared, `${nameOf(entry)}: ${name}`);
    }
    for (const [name, parameter] of Object.entries(parameters.declared as Parameters)) {
      const common = commonParameters(entry)[name];
      assert.ok(common === undefined || common === parameter, `${nameOf(entry)}: ${name} is a common one`);
      if (parameter.in === 'header') assert.equal(name, name.toLowerCase());
    }
  }
});

/** Recorded with a parameter that means nothing there, which is answered all the same. */
const IGNORED = new Set([
  'GET /v1/acl/tokens filter',
  'GET /v1/event/list x',
  'GET /v1/event/list node',
  'GET /v1/agent/services index',
  'GET /v1/agent/services wait',
  'GET /v1/catalog/datacenters index',
  'GET /v1/catalog/datacenters wait',
  'GET /v1/query/*/execute passing',
  'GET /v1/status/leader stale',
  'GET /v1/status/leader index',
  'GET /v1/status/leader wait',
]);

test('each parameter of a recorded request is declared, or known to mean nothing there', () => {
  const missing = new Set<string>();
  let seen = 0;
  for (const { method, path, names } of recordedRequests()) {
    const entry = entryOf(method, path);
    if (entry === undefined) continue;
    const known = { ...commonParameters(entry), ...entry.operation.parameters.declared };
    for (const name of names) {
      seen += 1;
      if (!(name in known)) missing.add(`${nameOf(entry)} ${name}`);
    }
  }
  assert.ok(seen > 300, String(seen));
  assert.deepEqual([...missing].sort(), [...IGNORED].sort());
});

test('each recorded answer has the declared shape', () => {
  const misfits: string[] = [];
  const held = new Set<string>();
  for (const { method, path, status, json } of recordedRequests()) {
    if (json === undefined) continue;
    const entry = entryOf(method, path);
    if (entry === undefined) continue;
    const { answer, others = {} } = entry.operation;
    held.add(nameOf(entry));
    const declared = status === 200 ? answer : others[status];
    const found = declared === undefined ? `no answer with status ${status}` : misfit(json, declared);
    if (found !== null) misfits.push(`${method} ${path}: ${found}`);
  }
  assert.deepEqual(misfits, []);
  assert.ok(held.size > 30, [...held].join());
});
