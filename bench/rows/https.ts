// Row 23: row 6's reads over HTTPS, connections kept alive, so that the cost of records shows and not that of handshakes. The
// certificate is one of an elliptic key, as `tls cert create` makes them.

import path from 'node:path';
import { freePorts } from '../../test/ports.js';
import { TestAuthority } from '../../test/tls.js';
import { underLoad } from '../load-usage.js';
import type { Row } from '../row.js';
import { type WrkResult, wrk } from '../wrk.js';
import { CONNECTIONS, VALUE } from './kv.js';
import { throughputSample } from './throughput.js';

const TARGET = '/v1/kv/bench/one';

export const httpsRow: Row = {
  id: '23',
  what: `KV GET over HTTPS, default consistency, ${CONNECTIONS} connections kept alive, one server`,
  dependsOnEngine: false,
  hasPeer: true,
  metrics: [
    { key: 'perSecond', title: 'rate', unit: '/s', better: 'higher', goal: { kind: 'times-peer', factor: 2 } },
    { key: 'perCpuSecond', title: 'per CPU-second', unit: '/s', better: 'higher' },
    { key: 'p99Ms', title: 'p99', unit: 'ms', better: 'lower' },
  ],
  async run(run) {
    const authority = await TestAuthority.make();
    authority.write(run.directory, await authority.leaf(['localhost']));
    const file = (name: string): string => path.join(run.directory, name);
    const https = { ca_file: file('agent-ca.pem'), cert_file: file('agent.pem'), key_file: file('agent-key.pem') };
    const [port = 0] = await freePorts(1);
    const agent = await run.startAgent({ mode: 'server', config: { ports: { https: port }, tls: { https } } });
    await agent.put(TARGET, VALUE);
    const url = `https://127.0.0.1:${port}${TARGET}`;
    const load = (seconds: number): Promise<WrkResult> =>
      wrk({ url, connections: CONNECTIONS, seconds, directory: run.directory });
    await load(run.warmUpSeconds);
    return throughputSample(await underLoad(agent.pid, () => load(run.seconds)));
  },
};
