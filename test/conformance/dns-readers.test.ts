// The DNS behaviour recorded from Consul 1.21.4, asked of agents whose datagrams are answered by three threads: each socket of the
// replayer gets any of them.

import { readersAnswerDns } from '../integration/readers/readers.js';
import { dnsScenarios } from './dns-scenarios.js';
import { holdKit } from './kit.js';
import { PortBases, replayWithOwnAgents } from './replayer.js';
import { waiting } from './waiting/dns.js';

// The kit takes five ports, a hundred apart.
const bases = new PortBases(1);
const settings = JSON.stringify({ performance: { reader_workers: 2 } });

holdKit({
  name: 'dns with readers',
  scenarios: dnsScenarios(),
  waiting,
  replay: (scenario) => replayWithOwnAgents('dns', bases, scenario, ['--with', settings]),
  concurrency: 2,
  skip: readersAnswerDns ? false : 'datagrams share no port on this node',
});
