// agent/self, agent/version and agent/host: who this agent is and what it runs on.

import { readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import os from 'node:os';
import { mapJson, quoteJson } from '../../../../gotext/json-encode.js';
import { mapOf, nullable, record } from '../../../../gotext/json-shape.js';
import type { RuntimeConfig } from '../../../../wire/config.js';
import type { Coordinate, Member } from '../../../../wire/gossip-pools.js';
import type { StringMap } from '../../../../wire/records.js';
import type { EndpointTable } from '../../http/endpoint.js';
import { json } from '../../http/message/reply.js';
import { action } from '../../http/operation.js';
import { coordinateJson } from '../../json/coordinate-json.js';
import { coordinateShape } from '../../json/record-shapes.js';
import type { LocalAgent } from '../../local/local-agent.js';
import { nodeMetaOf } from '../../local/state/node-facts.js';
import { memberJson, memberShape } from './members.js';

/** The placeholder of builds without a date, as JSON shows it. */
const BUILD_DATE = '1970-01-01T00:00:01Z';
const REVISION = '';

/** Groups of figures for `info`: raft, serf_lan … */
export type Stats = { readonly [group: string]: StringMap };

interface IdentityDependencies {
  readonly config: () => RuntimeConfig;
  readonly local: LocalAgent;
  readonly self: () => Member;
  /** In the LAN pool; null where coordinates are disabled. */
  readonly coordinate: () => Coordinate | null;
  /** What the agent's other parts count; `agent`, `build` and `runtime` are made here. */
  readonly stats: () => Promise<Stats>;
}

function ownStats({ config, local }: IdentityDependencies, others: Stats): Stats {
  const checks = [...local.state.checks()];
  const ttls = checks.filter(({ definition }) => definition !== null && definition.TTL > 0).length;
  return {
    ...others,
    agent: {
      check_monitors: String(checks.filter(({ definition }) => (definition?.ScriptArgs?.length ?? 0) > 0).length),
      check_ttls: String(ttls),
      checks: String(checks.length),
      services: String([...local.state.services()].length),
    },
    build: { prerelease: '', revision: REVISION, version: config().version, version_metadata: '' },
    runtime: {
      arch: process.arch === 'x64' ? 'amd64' : process.arch,
      cpu_count: String(os.availableParallelism()),
      goroutines: String(process.getActiveResourcesInfo().length),
      max_procs: String(os.availableParallelism()),
      os: process.platform,
      version: process.version,
    },
  };
}

function port(configured: number): number {
  return Math.max(0, configured);
}

function selfJson(dependencies: IdentityDependencies, others: Stats): string {
  const config = dependencies.config();
  const { datacenter, primaryDatacenter, nodeName, nodeId, server, version } = config;
  const grpc = port(config.ports.grpc);
  const grpcTls = port(config.ports.grpcTls);
  const about =
    `{"Datacenter":${quoteJson(datacenter)},"PrimaryDatacenter":${quoteJson(primaryDatacenter)},` +
    `"NodeName":${quoteJson(nodeName)},"NodeID":${quoteJson(nodeId)},"Revision":"${REVISION}","Server":${server},` +
    `"Version":${quoteJson(version)},"BuildDate":"${BUILD_DATE}"}`;
  const coordinate = dependencies.coordinate();
  const stats = mapJson(ownStats(dependencies, others), (group) => mapJson(group, quoteJson));
  return (
    `{"Config":${about},"DebugConfig":${config.debugConfig === '' ? '{}' : config.debugConfig},` +
    `"Coord":${coordinate === null ? 'null' : coordinateJson(coordinate)},"Member":${memberJson(dependencies.self())},` +
    `"Stats":${stats},"Meta":${mapJson(nodeMetaOf(config), quoteJson)},` +
    `"xDS":{"SupportedProxies":{},"Port":${grpc},"Ports":{"Plaintext":${grpc},"TLS":${grpcTls}}}}`
  );
}

function versionJson(version: string): string {
  return `{"SHA":"${REVISION}","BuildDate":"${BUILD_DATE}","HumanVersion":${quoteJson(version)},"FIPS":""}`;
}

function hostId(): string {
  try {
    return readFileSync('/etc/machine-id', 'utf8').trim();
  } catch {
    return '';
  }
}

const NANOSECONDS_PER_MS = 1_000_000;

async function hostJson(dataDir: string | null): Promise<string> {
  const path = dataDir ?? os.tmpdir();
  const disk = await statfs(path).catch(() => null);
  const total = disk === null ? 0 : disk.blocks * disk.bsize;
  const free = disk === null ? 0 : disk.bfree * disk.bsize;
  const memory = { total: os.totalmem(), free: os.freemem() };
  const used = memory.total - memory.free;
  return JSON.stringify({
    Memory: {
      total: memory.total,
      available: memory.free,
      used,
      usedPercent: (used / memory.total) * 100,
      free: memory.free,
    },
    CPU: os.cpus().map(({ model, speed }, cpu) => ({ cpu, modelName: model, mhz: speed })),
    Host: {
      hostname: os.hostname(),
      uptime: Math.floor(os.uptime()),
      bootTime: Math.floor(Date.now() / 1000 - os.uptime()),
      os: process.platform,
      platform: os.type(),
      kernelVersion: os.release(),
      kernelArch: os.machine(),
      hostId: hostId(),
    },
    Disk: {
      path,
      total,
      free,
      used: total - free,
      usedPercent: total === 0 ? 0 : ((total - free) / total) * 100,
    },
    CollectionTime: Date.now() * NANOSECONDS_PER_MS,
    Errors: null,
  });
}

const selfShape = record('Self', {
  Config: record('SelfConfig', {
    Datacenter: 'string',
    PrimaryDatacenter: 'string',
    NodeName: 'string',
    NodeID: 'string',
    Revision: 'string',
    Server: 'boolean',
    Version: 'string',
    BuildDate: 'string',
  }),
  DebugConfig: mapOf('any'),
  Coord: nullable(coordinateShape),
  Member: memberShape,
  Stats: mapOf(mapOf('string')),
  Meta: nullable(mapOf('string')),
  xDS: mapOf('any'),
});

const versionShape = record('Version', {
  SHA: 'string',
  BuildDate: 'string',
  HumanVersion: 'string',
  FIPS: 'string',
});

export function identityEndpoints(dependencies: IdentityDependencies): EndpointTable {
  const { config } = dependencies;
  const self = action({
    summary: 'The configuration of this agent, its member and its figures',
    acl: ['agent:read'],
    judges: 'row',
    answer: selfShape,
    run: async () => json(selfJson(dependencies, await dependencies.stats())),
  });
  const version = action({
    summary: 'The version of this agent',
    acl: ['none'],
    answer: versionShape,
    run: () => json(versionJson(config().version)),
  });
  const host = action({
    summary: 'The machine that the agent runs on',
    acl: ['operator:read'],
    judges: 'row',
    answer: mapOf('any'),
    run: async () => json(await hostJson(config().dataDir)),
  });
  return [
    { path: '/v1/agent/self', answeredBy: 'agent', methods: { GET: self } },
    { path: '/v1/agent/version', answeredBy: 'agent', methods: { GET: version } },
    { path: '/v1/agent/host', answeredBy: 'agent', methods: { GET: host } },
  ];
}
