// The DNS behaviour recorded from Consul 1.21.4 (test/conformance/dns/README.md), asked of a real agent: a new one for each
// scenario, filled over HTTP.

import { dnsScenarios } from './dns-scenarios.js';
import { holdKit } from './kit.js';
import { PortBases, replayWithOwnAgents } from './replayer.js';
import { waiting } from './waiting/dns.js';

// The kit takes five ports, a hundred apart.
const bases = new PortBases(1);

holdKit({
  name: 'dns',
  scenarios: dnsScenarios(),
  waiting,
  replay: (scenario) => replayWithOwnAgents('dns', bases, scenario),
  concurrency: 2,
});
