// schemathesis (PyPI) calls every operation with values that it makes from the document that the agent serves, right ones and wrong
// ones. Whatever comes has a status, a type and a shape that the document says; a refusal says what was wrong; the agent goes on and
// hasn't stumbled. Skipped where the program isn't installed, but not in CI.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { startAgent } from '../../agent-process.js';
import { repositoryRoot } from '../../data.js';
import { temporaryDirectory } from '../../temporary.js';

const SECONDS = Number(process.env['LICTOR_SCHEMATHESIS_S'] ?? 30);
const SEED = process.env['LICTOR_SEED'] ?? '1';
/** `.ci/run` installs it there. */
const PROGRAM = path.join(repositoryRoot, 'build/schemathesis/bin/schemathesis');
const skip = !fs.existsSync(PROGRAM) && process.env['CI'] === undefined && `${PROGRAM} is not installed`;

/** They end the agent, go on for long, or ask name servers for whatever stands there. */
const LEFT_OUT = [
  ...['/v1/agent/leave', '/v1/agent/monitor', '/v1/agent/metrics/stream', '/v1/agent/join/{address}'],
  ...['/debug/pprof/profile', '/debug/pprof/heap'],
];
const CHECKS = ['status_code_conformance', 'content_type_conformance', 'response_schema_conformance'];
/** Blocking queries end soon; Prometheus' text is there. */
const SETTINGS =
  'default_query_time = "50ms" max_query_time = "50ms" telemetry { prometheus_retention_time = "1h" } ' +
  'limits { http_max_conns_per_client = 1000 }';

interface Outcome {
  readonly code: number | null;
  readonly output: string;
}

function call(address: string, cwd: string, signal: AbortSignal): Promise<Outcome> {
  const args = [
    'run',
    `${address}/v1/openapi.json`,
    `--seed=${SEED}`,
    `--max-time=${SECONDS}`,
    '--phases=coverage,fuzzing',
    `--checks=${[...CHECKS, 'says_what_was_wrong'].join()}`,
    ...LEFT_OUT.map((one) => `--exclude-path=${one}`),
    ...['--request-timeout=30', '--generation-database=none', '--continue-on-failure', '--no-color', '--warnings=off'],
    '--suppress-health-check=all',
  ];
  const hooks = path.join(repositoryRoot, 'test/interop/openapi');
  const env = { ...process.env, SCHEMATHESIS_HOOKS: 'hooks', PYTHONPATH: hooks, PYTHONDONTWRITEBYTECODE: '1' };
  return new Promise((resolve, reject) => {
    const child = spawn(PROGRAM, args, { cwd, env, signal, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const collect = (chunk: Buffer): void => {
      output += chunk.toString();
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });
}

test(`${SECONDS} s of schemathesis, seed ${SEED}`, { skip }, async (t) => {
  const dataDir = temporaryDirectory(t);
  const agent = await startAgent({
    args: ['-server', '-bootstrap-expect=1', `-data-dir=${dataDir}`, '-log-level=error', '-hcl', SETTINGS],
  });
  t.after(() => agent.kill());
  const { code, output } = await call(agent.http, temporaryDirectory(t), t.signal);
  assert.equal(code, 0, output.slice(-20_000));
  // Each operation had its turn.
  const tested = /Selected: ([0-9]+)\/([0-9]+)\s+Tested: ([0-9]+)/.exec(output);
  assert.ok(tested !== null, output);
  const [selected, all, done] = tested.slice(1).map(Number);
  assert.equal(done, selected);
  assert.equal(all, Number(selected) + LEFT_OUT.length);
  t.diagnostic(/[0-9]+ generated[^\n]*/.exec(output)?.[0] ?? '');
  assert.equal((await agent.request('GET', '/v1/status/leader')).status, 200);
  assert.doesNotMatch(agent.output, /Request failed/);
  await agent.stop();
});
