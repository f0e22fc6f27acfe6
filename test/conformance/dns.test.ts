// The DNS behaviour recorded from Consul 1.21.4 (test/conformance/dns/README.md), asked of a real agent: a new one for each
// scenario, filled over HTTP.

import path from 'node:path';
import { holdKit, kitFolder, scenarioFiles } from './kit.js';
import { PortBases, replayWithOwnAgents } from './replayer.js';
import { waiting } from './waiting/dns.js';

interface Step {
  readonly id?: string;
  readonly put?: string;
  readonly post?: string;
  readonly get?: string;
  readonly delete?: string;
}

/** A failed request to the agent as the kit names it. */
function preparation({ put, post, get, delete: remove }: Step): readonly string[] {
  const requests = { PUT: put, POST: post, GET: get, DELETE: remove };
  return Object.entries(requests).flatMap(([method, target]) =>
    target === undefined ? [] : [`setup ${method} ${target}`],
  );
}

const files = scenarioFiles<{ readonly steps: readonly Step[] }>(path.join(kitFolder('dns'), 'scenarios'));
// The kit takes five ports, a hundred apart.
const bases = new PortBases(1);

holdKit({
  name: 'dns',
  scenarios: [...files].map(([name, { steps }]) => ({
    name,
    steps: steps.flatMap(({ id }) => id ?? []),
    preparations: steps.flatMap(preparation),
  })),
  waiting,
  replay: (scenario) => replayWithOwnAgents('dns', bases, scenario),
  concurrency: 2,
});
