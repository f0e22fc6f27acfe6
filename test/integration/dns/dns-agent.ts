// As much of an agent as the DNS scenarios need, to run them against the DNS server and the state store alone: started like
// an agent, it takes catalog registrations over HTTP and answers DNS.

import fs from 'node:fs';
import http from 'node:http';
import { parseDuration } from '../../../src/gotext/duration.js';
import { Logger, LogSink } from '../../../src/observe/logger.js';
import { Metrics } from '../../../src/observe/metrics.js';
import type { ServiceRecord } from '../../../src/wire/records.js';
import { DnsServer } from '../../../src/workers/state/dns/server.js';
import { Catalog, defaultDns, type Registration, type Removal } from './catalog.js';

interface AgentFile {
  readonly node_name: string;
  readonly ports: { readonly http: number; readonly dns: number; readonly server: number };
  readonly alt_domain?: string;
  readonly dns_config?: { readonly [key: string]: unknown };
}

const file = process.argv.find((argument) => argument.startsWith('-config-file='))?.slice('-config-file='.length);
if (file === undefined) throw new Error('no -config-file');
const agent = JSON.parse(fs.readFileSync(file, 'utf8')) as AgentFile;
const settings = agent.dns_config ?? {};

function milliseconds(value: unknown): number {
  const parsed = parseDuration(typeof value === 'string' ? value : '0');
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.ns / 1e6;
}

const catalog = new Catalog();
catalog.registerServer(agent.node_name, agent.ports.server);
const ttls = Object.entries((settings['service_ttl'] ?? {}) as { readonly [name: string]: string });
const dns = new DnsServer({
  config: {
    ...defaultDns,
    listeners: [{ kind: 'tcp', address: '127.0.0.1', port: agent.ports.dns }],
    altDomain: agent.alt_domain ?? '',
    nodeTtlMs: milliseconds(settings['node_ttl']),
    serviceTtlMs: Object.fromEntries(ttls.map(([name, ttl]) => [name, milliseconds(ttl)])),
    enableTruncate: settings['enable_truncate'] === true,
    udpAnswerLimit: (settings['udp_answer_limit'] as number | undefined) ?? 3,
    nodeMetaTxt: settings['enable_additional_node_meta_txt'] !== false,
  },
  local: catalog.local,
  datacenter: 'dc1',
  nodeName: agent.node_name,
  metrics: new Metrics(),
  logger: new Logger('agent.dns', new LogSink('error', () => {})),
});

function local(path: string, body: { readonly [field: string]: unknown }): void {
  const [, , , , action, id] = path.split(/[/?]/);
  const node = { Node: agent.node_name, Address: '127.0.0.1', SkipNodeUpdate: true };
  if (action === 'register') {
    catalog.register({ ...node, Service: { ...body, Service: body['Name'] } as Partial<ServiceRecord> });
    return;
  }
  const isNode = path.startsWith('/v1/agent/maintenance');
  const CheckID = isNode ? '_node_maintenance' : `_service_maintenance:${id}`;
  if (path.includes('enable=true')) {
    catalog.register({ ...node, Check: { CheckID, Status: 'critical', ServiceID: isNode ? '' : (id ?? '') } });
  } else catalog.deregister({ Node: agent.node_name, CheckID });
}

const server = http.createServer((request, response) => {
  let text = '';
  request.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  request.on('end', () => {
    const path = request.url ?? '';
    const body: unknown = text === '' ? {} : JSON.parse(text);
    if (path === '/v1/catalog/register') catalog.register(body as Registration);
    else if (path === '/v1/catalog/deregister') catalog.deregister(body as Removal);
    else if (path.startsWith('/v1/agent/')) local(path, body as { readonly [field: string]: unknown });
    response.end(path.startsWith('/v1/health/') ? '[{}]' : '{"ID":"none"}');
  });
});

await dns.listen();
server.listen(agent.ports.http, '127.0.0.1');
