// The command line's behaviour recorded from Consul 1.21.4 (test/conformance/cli/README.md): one test a scenario file. Steps
// of commands that come with later versions are named here and must be the only ones that differ.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { repositoryRoot } from '../data.js';

const KIT = path.join(repositoryRoot, 'test/conformance/cli');
const MAIN = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));
const DEADLINE_MS = 180_000;

/** Scenario file → patterns of the steps whose commands, or what they ask of the agent, don't exist yet. */
const SCENARIOS: { readonly [name: string]: RegExp | null } = {
  'agent-errors': null,
  'agent-run': /^leader$/,
  'bad-flags': /^(exec|lock|watch)$/,
  catalog: null,
  // What the client agent asks a server for needs RPC between agents: client-kv, client-info, rtt (the client's coordinate).
  'cluster-join-leave': /^client-kv$/,
  'help-commands': /^(debug|exec|lock|login|logout|watch|services-export|services-exported-services)$/,
  'help-groups': /^(acl|config|operator|snapshot|tls)-/,
  'keygen-validate': null,
  'keyring-off': null,
  'kv-basic': null,
  'maint-event-rtt': null,
  'members-info': null,
  monitor: null,
  'no-agent': /^(operator|snapshot)-/,
  services: null,
  // The list of commands is shorter still.
  'top-level': /^(none|unknown|unknown-flag|help-short|help-long|help-word|near-miss|case)$/,
};

function replay(name: string): Promise<string> {
  const args = [path.join(KIT, 'replay.mjs'), '--bin', `${process.execPath} ${MAIN}`, '--product', 'lictor'];
  const scenario = path.join(KIT, 'scenarios', `${name}.json`);
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [...args, '--scenarios', scenario],
      { timeout: DEADLINE_MS, maxBuffer: 64 * 1024 * 1024 },
      (_error, stdout, stderr) => resolve(stdout + stderr),
    );
  });
}

describe('command line conformance', () => {
  for (const [name, later] of Object.entries(SCENARIOS)) {
    test(name, async () => {
      const output = await replay(name);
      assert.match(output, /^\d+ passed, \d+ failed$/m, output);
      const failures = [...output.matchAll(/^FAIL (\S+)/gm)].map(([, step = '']) => step.replace(/^[^/]*\//, ''));
      const unexpected = failures.filter((step) => later === null || !later.test(step));
      assert.deepEqual(unexpected, [], output);
    });
  }
});
