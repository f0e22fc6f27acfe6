// Rows 8 to 10: writing to the catalog, and reading the health of a service with few and with many instances.

import type { Agent } from '../agent.js';
import { underLoad } from '../load-usage.js';
import type { Row } from '../row.js';
import { type WrkResult, wrk } from '../wrk.js';
import { CONNECTIONS } from './kv.js';
import { throughputSample } from './throughput.js';

const NODES = 1000;
const SERVICES = 10_000;

/** Goes round ten services on each of a thousand nodes; the port is a new one each time round, so that every write changes something. */
const REGISTER_SCRIPT = `
local n = 0
function request()
  n = n + 1
  local service = n % ${SERVICES}
  local node = service % ${NODES}
  local body = string.format(
    '{"Node":"node-%04d","Address":"10.1.%d.%d","Service":{"ID":"web-%05d","Service":"web","Tags":["v1"],"Port":%d}}',
    node, math.floor(node / 250), node % 250, service, 10000 + math.floor(n / ${SERVICES}) % 50000)
  return 'PUT /v1/catalog/register HTTP/1.1\\r\\nHost: 127.0.0.1\\r\\nContent-Length: ' .. #body .. '\\r\\n\\r\\n' .. body
end
`;

/** Instances on a node each, with a passing check of the node and one of the service. */
export async function registerInstances(agent: Agent, service: string, count: number): Promise<void> {
  for (let i = 0; i < count; i += 1) {
    const node = `${service}-node-${i}`;
    const id = `${service}-${i}`;
    await agent.put(
      '/v1/catalog/register',
      JSON.stringify({
        Node: node,
        Address: `10.2.0.${i + 1}`,
        Service: { ID: id, Service: service, Port: 8000 + i, Tags: ['v1'] },
        Checks: [
          { Node: node, CheckID: 'serfHealth', Name: 'Serf Health Status', Status: 'passing' },
          {
            Node: node,
            CheckID: `service:${id}`,
            Name: `Service '${service}' check`,
            Status: 'passing',
            ServiceID: id,
          },
        ],
      }),
    );
  }
}

function healthRow(id: string, instances: number, recorded: number, factor: number): Row {
  return {
    id,
    what: `GET /v1/health/service/x?passing, ${instances} instances`,
    dependsOnEngine: false,
    hasPeer: true,
    metrics: [
      {
        key: 'perSecond',
        title: 'rate',
        unit: '/s',
        better: 'higher',
        recorded,
        scaledBy: 'net',
        goal: { kind: 'times-peer', factor },
      },
      { key: 'perCpuSecond', title: 'per CPU-second', unit: '/s', better: 'higher' },
      { key: 'p99Ms', title: 'p99', unit: 'ms', better: 'lower' },
    ],
    async run(run) {
      const agent = await run.startAgent({ mode: 'server' });
      await registerInstances(agent, 'web', instances);
      const target = '/v1/health/service/web?passing';
      const answer = (await agent.json(target)) as readonly unknown[];
      if (answer.length !== instances) throw new Error(`${answer.length} instances in the answer, not ${instances}`);
      const load = (seconds: number): Promise<WrkResult> =>
        wrk({ url: `${agent.url}${target}`, connections: CONNECTIONS, seconds, directory: run.directory });
      await load(run.warmUpSeconds);
      return throughputSample(await underLoad(agent.pid, () => load(run.seconds)));
    },
  };
}

export const catalogRows: readonly Row[] = [
  {
    id: '8',
    what: 'PUT /v1/catalog/register, 64 connections',
    dependsOnEngine: false,
    hasPeer: true,
    metrics: [
      {
        key: 'perSecond',
        title: 'rate',
        unit: '/s',
        better: 'higher',
        recorded: 7_100,
        scaledBy: 'net',
        goal: { kind: 'times-peer', factor: 2 },
      },
      { key: 'p99Ms', title: 'p99', unit: 'ms', better: 'lower' },
    ],
    async run(run) {
      const agent = await run.startAgent({ mode: 'server' });
      const load = (seconds: number): Promise<WrkResult> =>
        wrk({ url: agent.url, connections: CONNECTIONS, seconds, script: REGISTER_SCRIPT, directory: run.directory });
      await load(run.warmUpSeconds);
      return throughputSample(await underLoad(agent.pid, () => load(run.seconds)));
    },
  },
  healthRow('9', 3, 16_000, 3),
  healthRow('10', 80, 2_600, 5),
];
