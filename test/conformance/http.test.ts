// The HTTP behaviour recorded from Consul 1.21.4 (test/conformance/http/README.md), replayed against a real agent on both HTTP
// engines. Scenarios that need the same kind of agent share one.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutUws } from '../uws.js';
import { recorded, replayHttp } from './http-kit.js';
import { KindsOfAgents, loneServer } from './kinds-of-agents.js';
import { holdKit } from './kit.js';
import { unlikeOnUws, waiting } from './waiting/http.js';

const asked = {
  net: recorded,
  uws: recorded.filter(({ name }) => !(name in unlikeOnUws)),
};

for (const [engine, scenarios] of Object.entries(asked)) {
  const agents = new KindsOfAgents(loneServer(engine));
  holdKit({
    name: `http on ${engine}`,
    scenarios,
    waiting,
    replay: (scenario) => replayHttp(agents, scenario),
    concurrency: 1,
    skip: engine === 'uws' && withoutUws,
    close: () => agents.close(),
  });
}

test('what uws is not asked is recorded', () => {
  assert.equal(asked.uws.length, recorded.length - Object.keys(unlikeOnUws).length);
});
