// The HTTP behaviour recorded from Consul 1.21.4 (test/conformance/http/README.md), replayed against a real agent on both
// HTTP engines: one test a scenario.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type AgentProcess, startAgent } from '../agent-process.js';
import { repositoryRoot } from '../data.js';

const kit = path.join(repositoryRoot, 'test/conformance/http');
/** The parts of the API that exist; the other scenarios wait for theirs. */
const SETS = [
  /^agent-(?!monitor)/,
  /^catalog-/,
  /^coordinate$/,
  /^event$/,
  /^health-/,
  /^kv-/,
  /^session-/,
  /^status$/,
  /^blocking-general$/,
  /^http-general$/,
  /^txn-/,
];
const scenarios = fs
  .readdirSync(path.join(kit, 'scenarios/default'))
  .map((file) => path.basename(file, '.json'))
  .filter((name) => SETS.some((set) => set.test(name)))
  .sort();

/** Scenarios of agents with a configuration of their own, and what of them exists. */
const CONFIGURED = [{ kind: 'tuned', scenarios: ['tuned-keyring'] }] as const;

function replay(agent: AgentProcess, kind: string, scenario: string): Promise<{ code: number; output: string }> {
  const args = [path.join(kit, 'replay.mjs'), '--http', agent.http, '--agent', kind, '--only', scenario];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { maxBuffer: 64 * 1024 * 1024, timeout: 120_000 }, (error, stdout, stderr) => {
      resolve({ code: error ? 1 : 0, output: `${stdout}${stderr}` });
    });
  });
}

/** One test for each scenario, against an agent that is started with `args`. */
function conform(kind: string, names: readonly string[], engine: string, args: readonly string[]): void {
  describe(`HTTP conformance, agent ${kind}, engine ${engine}`, () => {
    let agent: AgentProcess;
    before(async () => {
      agent = await startAgent({
        args: ['-dev', '-log-level=warn', '-hcl', `http_config { engine = "${engine}" }`, ...args],
      });
    });
    after(() => agent.stop());
    for (const scenario of names) {
      test(`${scenario} (${engine})`, async () => {
        const { code, output } = await replay(agent, kind, scenario);
        assert.equal(agent.exited, null, `the agent ended:\n${agent.output}`);
        assert.equal(code, 0, output);
        assert.match(output, /[1-9][0-9]* passed, 0 failed/);
      });
    }
  });
}

for (const engine of ['net', 'uws']) {
  conform('default', scenarios, engine, []);
  for (const { kind, scenarios: names } of CONFIGURED) {
    conform(kind, names, engine, [`-config-file=${path.join(kit, 'agents', `${kind}.json`)}`]);
  }
}
