// Rows 11 to 13: DNS over UDP. A node's address, a service's instances, and a node that carries very many services.

import type { Agent } from '../agent.js';
import { dnsperf } from '../dnsperf.js';
import { LoadProcess } from '../load/load-process.js';
import type { PutCommand, PutResult } from '../load/put-client.js';
import { underLoad } from '../load-usage.js';
import type { Metric, Row } from '../row.js';
import { registerInstances } from './catalog.js';

const SERVICES_OF_THE_LOADED_NODE = 5_000;

interface DnsRow {
  readonly id: string;
  readonly what: string;
  readonly question: string;
  readonly rate: Pick<Metric, 'recorded' | 'goal'>;
  prepare(agent: Agent): Promise<void>;
}

function dnsRow({ id, what, question, rate, prepare }: DnsRow): Row {
  return {
    id,
    what,
    dependsOnEngine: false,
    hasPeer: true,
    metrics: [
      { key: 'perSecond', title: 'rate', unit: '/s', better: 'higher', scaledBy: 'dgram', ...rate },
      { key: 'perCpuSecond', title: 'per CPU-second', unit: '/s', better: 'higher' },
      { key: 'averageMs', title: 'average', unit: 'ms', better: 'lower' },
    ],
    async run(run) {
      const agent = await run.startAgent({ mode: 'server' });
      await prepare(agent);
      const load = (seconds: number): ReturnType<typeof dnsperf> =>
        dnsperf({ port: agent.ports.dns, questions: [question], seconds, directory: run.directory });
      await load(run.warmUpSeconds);
      const { result, usage } = await underLoad(agent.pid, () => load(run.seconds));
      return {
        values: {
          perSecond: result.perSecond,
          perCpuSecond: result.answers / usage.serverCpuSeconds,
          averageMs: result.averageMs,
        },
        usage,
        throughput: true,
        notes: result.lost > 0 ? [`${result.lost} questions lost`] : [],
      };
    },
  };
}

function registerNode(agent: Agent): Promise<void> {
  return agent.put('/v1/catalog/register', JSON.stringify({ Node: 'lonely', Address: '10.1.2.3' }));
}

async function registerManyServices(agent: Agent): Promise<void> {
  const client = new LoadProcess<PutCommand, PutResult>(new URL('../load/put-client.js', import.meta.url));
  try {
    await client.call({
      kind: 'catalog-register',
      from: 0,
      count: SERVICES_OF_THE_LOADED_NODE,
      checkPort: 0,
      node: 'loaded',
      port: agent.ports.http,
      connections: 16,
    });
  } finally {
    client.stop();
  }
}

export const dnsRows: readonly Row[] = [
  dnsRow({
    id: '11',
    what: 'DNS A of a node, dnsperf, 8 clients',
    question: 'lonely.node.consul A',
    rate: { recorded: 35_600, goal: { kind: 'times-peer', factor: 2 } },
    prepare: registerNode,
  }),
  dnsRow({
    id: '12',
    what: 'DNS SRV, 3 instances',
    question: 'web.service.consul SRV',
    rate: { recorded: 15_600, goal: { kind: 'times-peer', factor: 3 } },
    prepare: (agent) => registerInstances(agent, 'web', 3),
  }),
  dnsRow({
    id: '13',
    what: `DNS A of a node that carries ${SERVICES_OF_THE_LOADED_NODE.toLocaleString('en')} services`,
    question: 'loaded.node.consul A',
    rate: { recorded: 600, goal: { kind: 'times-peer', factor: 2, row: '11' } },
    prepare: registerManyServices,
  }),
];
