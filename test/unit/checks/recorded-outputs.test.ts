// Every recorded check of the kinds that a check worker runs gives the recorded status and text.

import assert from 'node:assert/strict';
import dns from 'node:dns';
import { after, before, describe, test } from 'node:test';
import { readJson } from '../../data.js';
import { type Definition, makeRunner, probeOf, type Runner } from './probe-runner.js';
import { startTargets, type Targets } from './probe-targets.js';

interface Recorded {
  readonly id: string;
  readonly def?: Definition;
  readonly check: { readonly Status: string; readonly Output: string };
}
interface RecordedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly string[];
  readonly body: string;
}

const recording = readJson('checks/check-outputs.json') as {
  checks: Recorded[];
  requests: { [name: string]: RecordedRequest };
};
const cases = recording.checks.filter(({ def }) => def !== undefined && probeOf(def) !== null);

/** What the recording left open, and what lictor does better on purpose. */
const EXPECTED: { readonly [id: string]: { readonly status: string; readonly output: string } } = {
  // Stock waits for ever; the documentation promises success.
  'udp-silent': { status: 'passing', output: 'UDP connect 127.0.0.1:31703: Success' },
};

/** Of all recorded checks that have a timeout. */
const RECORDED_TIMEOUT = '700ms';
/** Their time runs out, and then each says what there was by then: a busy machine takes longer for that than stock's did. */
const RUN_OUT: ReadonlySet<string> = new Set(['http-timeout', 'script-timeout', 'script-timeout-silent', 'udp-silent']);

/** Tried one after the other until what comes out is as it was recorded: the others are over before. */
function timeoutsOf(id: string): readonly string[] {
  return RUN_OUT.has(id) ? [RECORDED_TIMEOUT, '20s'] : ['60s'];
}

function pattern(text: string): RegExp {
  const escaped = text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const resolver = dns.getServers()[0] === undefined ? '' : '[0-9a-f.:\\[\\]]+:53';
  return new RegExp(`^${escaped.replaceAll('<resolver>', resolver).replaceAll('<port>', '\\d+')}$`);
}

describe('recorded checks', () => {
  let targets: Targets;
  let runner: Runner;

  before(async () => {
    targets = await startTargets();
    const environment = {
      PATH: process.env['PATH'] ?? '',
      CHECK_ENV: 'from agent',
      DOCKER_HOST: 'unix:///no/docker.sock',
    };
    runner = makeRunner(environment);
  });
  after(async () => {
    runner.close();
    await targets.close();
  });

  function withPorts(text: string): string {
    return text.replace(/\b317\d\d\b/g, (port) => String(targets.ports.get(Number(port)) ?? port));
  }

  test('there are as many as were recorded', () => {
    assert.equal(recording.checks.length, 74);
    assert.equal(cases.length, 57);
  });

  for (const { id, def = {}, check } of cases) {
    test(id, async () => {
      const definition = JSON.parse(withPorts(JSON.stringify(def))) as Definition;
      const expected = EXPECTED[id] ?? { status: check.Status, output: check.Output };
      const recorded = withPorts(expected.output).replaceAll('<dir>', process.cwd());
      const tried: string[] = [];
      for (const timeout of timeoutsOf(id)) {
        const { status, output } = await runner.run({ ...definition, Timeout: timeout });
        if (status === expected.status && pattern(recorded.replaceAll(RECORDED_TIMEOUT, timeout)).test(output)) return;
        tried.push(`within ${timeout} ${status}: ${output}`);
      }
      assert.fail(`${tried.join('\n')}\nand not ${expected.status}: ${recorded}`);
    });
  }

  test('what the HTTP server saw is what stock sent, header by header', () => {
    const requests = Object.entries(recording.requests);
    assert.equal(requests.length, 11);
    for (const [name, recorded] of requests) {
      const seen = targets.requests.find(({ url }) => url === recorded.url);
      assert.ok(seen, name);
      const expected = { ...recorded, headers: recorded.headers.map(withPorts) };
      assert.deepEqual(seen, expected, name);
    }
  });
});
