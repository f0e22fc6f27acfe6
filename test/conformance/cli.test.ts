// The command line's behaviour recorded from Consul 1.21.4 (test/conformance/cli/README.md): `./lictor` as the command and as
// the agents that it talks to.

import path from 'node:path';
import { holdKit, kitFolder, scenarioFiles } from './kit.js';
import { PortBases, replayWithOwnAgents } from './replayer.js';
import { waiting } from './waiting/cli.js';

interface Step {
  readonly id?: string;
  readonly request?: string;
  readonly spawn?: string;
}

const files = scenarioFiles<{ readonly steps: readonly Step[] }>(path.join(kitFolder('cli'), 'scenarios'));
// Six free ports and five for each of at most a handful of agents.
const bases = new PortBases(50);

holdKit({
  name: 'cli',
  scenarios: [...files].map(([name, { steps }]) => ({
    name,
    steps: steps.flatMap(({ id }) => id ?? []),
    preparations: steps.flatMap(({ request, spawn }) => spawn ?? (request === undefined ? [] : `request ${request}`)),
  })),
  waiting,
  replay: (scenario) => replayWithOwnAgents('cli', bases, scenario),
  concurrency: 2,
});
