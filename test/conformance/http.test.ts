// The HTTP behaviour recorded from Consul 1.21.4 (test/conformance/http/README.md), replayed against a real agent on both HTTP
// engines. Scenarios that need the same kind of agent share one.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { withoutUws } from '../uws.js';
import { KindsOfAgents } from './kinds-of-agents.js';
import { holdKit, kitFolder, scenarioFiles } from './kit.js';
import { LATE, runReplayer } from './replayer.js';
import type { Outcome, Scenario } from './standing.js';
import { unlikeOnUws, waiting } from './waiting/http.js';

interface Step {
  readonly method?: string;
  readonly path?: string;
  readonly await?: string;
  readonly pending?: string;
  readonly sleep_ms?: number;
}

interface Result {
  readonly scenarios: readonly {
    readonly steps: number;
    readonly failures: readonly { readonly step: number; readonly title: string }[];
  }[];
}

const folder = kitFolder('http');

/** Steps have no names of their own: the number and what it asks. */
function stepName(step: Step, i: number): string {
  const { method, path: target, await: awaited, pending, sleep_ms: sleep } = step;
  if (method !== undefined) return `${i + 1} ${method} ${target}`;
  if (awaited !== undefined) return `${i + 1} await ${awaited}`;
  return pending === undefined ? `${i + 1} sleep ${sleep}` : `${i + 1} pending ${pending}`;
}

function scenariosOf(kind: string): readonly Scenario[] {
  const files = scenarioFiles<{ readonly steps: readonly Step[] }>(path.join(folder, 'scenarios', kind));
  return [...files].map(([name, { steps }]) => ({
    name: `${kind}/${name}`,
    steps: steps.map(stepName),
    preparations: [],
  }));
}

async function replay(agents: KindsOfAgents, scenario: Scenario): Promise<Outcome> {
  const [kind = '', name = ''] = scenario.name.split('/');
  const agent = await agents.use(kind);
  if (typeof agent === 'string') return { passed: [], failed: [], refusal: agent, lost: null, output: agent };
  const args = ['--http', agent.http, '--agent', kind, '--only', name, '--json'];
  const { output, isLate } = await runReplayer(path.join(folder, 'replay.mjs'), args);
  const lost = (isLate ? LATE : null) ?? (await agents.lost());
  return { ...readResult(scenario, output), refusal: null, lost, output };
}

function readResult({ steps }: Scenario, output: string): Pick<Outcome, 'passed' | 'failed'> {
  if (!output.startsWith('{')) return { passed: [], failed: [] };
  const [result] = (JSON.parse(output) as Result).scenarios;
  if (result === undefined) return { passed: [], failed: [] };
  const failed = result.failures.map(({ step, title }) => steps[step - 1] ?? title);
  return { failed, passed: steps.slice(0, result.steps).filter((name) => !failed.includes(name)) };
}

const kinds = fs.readdirSync(path.join(folder, 'scenarios')).sort();
const recorded = kinds.flatMap(scenariosOf);
const asked = {
  net: recorded,
  uws: recorded.filter(({ name }) => !(name in unlikeOnUws)),
};

for (const [engine, scenarios] of Object.entries(asked)) {
  const agents = new KindsOfAgents(path.join(folder, 'agents'), engine);
  holdKit({
    name: `http on ${engine}`,
    scenarios,
    waiting,
    replay: (scenario) => replay(agents, scenario),
    concurrency: 1,
    skip: engine === 'uws' && withoutUws,
    close: () => agents.close(),
  });
}

test('what uws is not asked is recorded', () => {
  assert.equal(asked.uws.length, recorded.length - Object.keys(unlikeOnUws).length);
});
