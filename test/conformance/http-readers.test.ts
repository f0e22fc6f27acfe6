// The HTTP behaviour recorded from Consul 1.21.4, asked of a server whose reads are answered by three threads: each connection of
// the replayer gets any of them.

import { sharingEngine, withoutReaders } from '../integration/readers/readers.js';
import { recorded, replayHttp } from './http-kit.js';
import { KindsOfAgents, loneServerWithReaders } from './kinds-of-agents.js';
import { holdKit } from './kit.js';
import { unlikeOnUws, waiting } from './waiting/http.js';

const scenarios = sharingEngine === 'net' ? recorded : recorded.filter(({ name }) => !(name in unlikeOnUws));
const agents = new KindsOfAgents(loneServerWithReaders(2));

holdKit({
  name: 'http with readers',
  scenarios,
  waiting,
  replay: (scenario) => replayHttp(agents, scenario),
  concurrency: 1,
  skip: withoutReaders,
  close: () => agents.close(),
});
