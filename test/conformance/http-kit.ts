// The scenarios of the HTTP kit (test/conformance/http/README.md), and how one of them is replayed against an agent.

import fs from 'node:fs';
import path from 'node:path';
import type { KindsOfAgents } from './kinds-of-agents.js';
import { kitFolder, scenarioFiles } from './kit.js';
import { LATE, runReplayer } from './replayer.js';
import type { Outcome, Scenario } from './standing.js';

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

export const httpKit = kitFolder('http');

/** Steps have no names of their own: the number and what it asks. */
function stepName(step: Step, i: number): string {
  const { method, path: target, await: awaited, pending, sleep_ms: sleep } = step;
  if (method !== undefined) return `${i + 1} ${method} ${target}`;
  if (awaited !== undefined) return `${i + 1} await ${awaited}`;
  return pending === undefined ? `${i + 1} sleep ${sleep}` : `${i + 1} pending ${pending}`;
}

function scenariosOf(kind: string): readonly Scenario[] {
  const files = scenarioFiles<{ readonly steps: readonly Step[] }>(path.join(httpKit, 'scenarios', kind));
  return [...files].map(([name, { steps }]) => ({
    name: `${kind}/${name}`,
    steps: steps.map(stepName),
    preparations: [],
  }));
}

/** All that was recorded, by kind of agent and name. */
export const recorded: readonly Scenario[] = fs
  .readdirSync(path.join(httpKit, 'scenarios'))
  .sort()
  .flatMap(scenariosOf);

/** `more`: arguments of the replayer. */
export async function replayHttp(
  agents: KindsOfAgents,
  scenario: Scenario,
  more: readonly string[] = [],
): Promise<Outcome> {
  const [kind = '', name = ''] = scenario.name.split('/');
  const agent = await agents.use(kind);
  if (typeof agent === 'string') return { passed: [], failed: [], refusal: agent, lost: null, output: agent };
  const args = ['--http', agent.http, '--agent', kind, '--only', name, '--json', ...more];
  const { output, isLate } = await runReplayer(path.join(httpKit, 'replay.mjs'), args);
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
