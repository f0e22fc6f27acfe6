// The recorded checks over TLS: with the system's roots, and with the agent's CA and certificate.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { readJson } from '../../../data.js';
import { type Definition, makeRunner, type Runner } from './probe-runner.js';
import { pem, startTargets, type Targets } from './probe-targets.js';

interface Result {
  readonly checks: { readonly [id: string]: readonly [status: string, output: string] };
  readonly seenByServer: { readonly [path: string]: { servername: unknown; clientCert: string | null } };
}
const recording = readJson('checks/check-tls.json') as {
  definitions: { [id: string]: Definition };
  results: { [configuration: string]: Result };
};

for (const [configuration, recorded] of Object.entries(recording.results)) {
  describe(configuration, () => {
    let targets: Targets;
    let runner: Runner;

    before(async () => {
      targets = await startTargets();
      runner = makeRunner();
      if (configuration === 'enable_agent_tls_for_checks') {
        runner.context.trust.update([pem('ca')], pem('agent'), pem('agent-test-key'));
      }
    });
    after(async () => {
      runner.close();
      await targets.close();
    });

    function withPorts(text: string): string {
      return text.replace(/\b317\d\d\b/g, (port) => String(targets.ports.get(Number(port)) ?? port));
    }

    for (const [id, expected] of Object.entries(recorded.checks)) {
      test(id, async () => {
        const definition = JSON.parse(withPorts(JSON.stringify(recording.definitions[id]))) as Definition;
        const outcome = await runner.run({ Timeout: '2s', ...definition });
        assert.deepEqual([outcome.status, outcome.output], [expected[0], withPorts(expected[1])]);
      });
    }

    test('the servers saw the same names and certificates', () => {
      assert.deepEqual(Object.fromEntries(targets.tlsSeen), recorded.seenByServer);
    });
  });
}
