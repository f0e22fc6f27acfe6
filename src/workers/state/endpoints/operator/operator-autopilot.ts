// /v1/operator/autopilot/*: its configuration, and what it makes of the servers.

import { formatDuration } from '../../../../gotext/duration.js';
import { type DecodedBy, struct } from '../../../../gotext/json-decode.js';
import { listJson, mapJson, quoteJson, uint64Json } from '../../../../gotext/json-encode.js';
import { bool, duration, index, string } from '../../../../gotext/json-kinds.js';
import { listOf, mapOf, record } from '../../../../gotext/json-shape.js';
import { memberStatusName } from '../../../../wire/gossip-pools.js';
import type { AutopilotConfig } from '../../../../wire/records.js';
import type { Uint64 } from '../../../../wire/uint64.js';
import type { Calls } from '../../calls/calls.js';
import type { Endpoint, EndpointTable } from '../../http/endpoint.js';
import { jsonBody } from '../../http/items/body-format.js';
import { json, type Reply, refused, text } from '../../http/message/reply.js';
import type { ApiRequest } from '../../http/message/request.js';
import { action } from '../../http/operation.js';
import { uint64 } from '../../http/parameters/parameters.js';
import type { AutopilotState, ServerState } from '../../methods/contract/cluster-view.js';
import type { WriteMethod } from '../../methods/contract/method.js';
import { isRefusal } from '../../methods/contract/refusal.js';
import {
  autopilotConfiguration,
  autopilotState,
  ownAutopilotConfiguration,
  type ServerHealth,
  type ServersHealth,
  serverHealth,
  setAutopilotConfiguration,
} from '../../methods/operator/operator-autopilot.js';

const NS_PER_MS = 1_000_000n;
const UNHEALTHY = 429;

const configurationBody = struct('AutopilotConfiguration', {
  CleanupDeadServers: bool,
  LastContactThreshold: duration,
  MaxTrailingLogs: index,
  MinQuorum: index,
  ServerStabilizationTime: duration,
  RedundancyZoneTag: string,
  DisableUpgradeMigration: bool,
  UpgradeVersionTag: string,
});

function configurationJson(config: AutopilotConfig): string {
  return (
    `{"CleanupDeadServers":${config.CleanupDeadServers},` +
    `"LastContactThreshold":"${formatDuration(config.LastContactThreshold)}","MaxTrailingLogs":${uint64Json(config.MaxTrailingLogs)},` +
    `"MinQuorum":${uint64Json(config.MinQuorum)},"ServerStabilizationTime":"${formatDuration(config.ServerStabilizationTime)}",` +
    `"RedundancyZoneTag":${quoteJson(config.RedundancyZoneTag)},` +
    `"DisableUpgradeMigration":${config.DisableUpgradeMigration},` +
    `"UpgradeVersionTag":${quoteJson(config.UpgradeVersionTag)},` +
    `"CreateIndex":${config.CreateIndex},"ModifyIndex":${config.ModifyIndex}}`
  );
}

const configurationShape = record('AutopilotConfiguration', {
  CleanupDeadServers: 'boolean',
  LastContactThreshold: 'string',
  MaxTrailingLogs: 'integer',
  MinQuorum: 'integer',
  ServerStabilizationTime: 'string',
  RedundancyZoneTag: 'string',
  DisableUpgradeMigration: 'boolean',
  UpgradeVersionTag: 'string',
  CreateIndex: 'integer',
  ModifyIndex: 'integer',
});

async function change(
  calls: Calls,
  { datacenter, asker }: ApiRequest,
  given: DecodedBy<typeof configurationBody>,
  cas: Uint64 | null,
): Promise<Reply> {
  // No log gets as far as a number that isn't exact.
  const ModifyIndex = typeof cas === 'bigint' ? Number.MAX_SAFE_INTEGER : (cas ?? 0);
  const config = { ...given, CreateIndex: 0, ModifyIndex };
  const asked = { config, compareAndSet: cas !== null };
  const isWritten = await calls.write(setAutopilotConfiguration, asked, datacenter, asker);
  return isRefusal(isWritten) ? refused(isWritten) : json(String(isWritten));
}

/** RFC 3339 in UTC, whole seconds. */
function seconds(ns: bigint): string {
  return `${new Date(Number(ns / NS_PER_MS)).toISOString().slice(0, 19)}Z`;
}

/** The same with as many digits of the second as there are. */
function nanoseconds(ns: bigint): string {
  const fraction = String(ns % (NS_PER_MS * 1000n))
    .padStart(9, '0')
    .replace(/0+$/, '');
  return fraction === '' ? seconds(ns) : seconds(ns).replace('Z', `.${fraction}Z`);
}

type Judged = ServerHealth | ServerState;

function statsJson({ lastContactNs, lastTerm, lastIndex, isHealthy }: Judged): string {
  return (
    `"LastContact":"${formatDuration(lastContactNs)}","LastTerm":${lastTerm},"LastIndex":${lastIndex},` +
    `"Healthy":${isHealthy}`
  );
}

function nameJson({ id, name, address }: Judged): string {
  return `"ID":${quoteJson(id)},"Name":${quoteJson(name)},"Address":${quoteJson(address)}`;
}

function healthJson(server: ServerHealth): string {
  return (
    `{${nameJson(server)},"SerfStatus":"${memberStatusName(server.memberStatus)}","Version":${quoteJson(server.version)},` +
    `"Leader":${server.isLeader},${statsJson(server)},"Voter":${server.isVoter},` +
    `"StableSince":"${seconds(server.stableSinceNs)}"}`
  );
}

const STATS = { LastContact: 'string', LastTerm: 'integer', LastIndex: 'integer', Healthy: 'boolean' } as const;

const healthShape = record('AutopilotHealth', {
  Healthy: 'boolean',
  FailureTolerance: 'integer',
  Servers: listOf(
    record('AutopilotServerHealth', {
      ID: 'string',
      Name: 'string',
      Address: 'string',
      SerfStatus: 'string',
      Version: 'string',
      Leader: 'boolean',
      ...STATS,
      Voter: 'boolean',
      StableSince: 'string',
    }),
  ),
});

/** The status tells it too, for those who look at nothing else. */
function healthReply({ isHealthy, failureTolerance, servers }: ServersHealth): Reply {
  const reply = json(
    `{"Healthy":${isHealthy},"FailureTolerance":${failureTolerance},"Servers":${listJson(servers, healthJson)}}`,
  );
  return isHealthy ? reply : { ...reply, status: UNHEALTHY };
}

function stateOfServerJson(server: ServerState): string {
  const { version } = server;
  return (
    `{${nameJson(server)},"NodeStatus":"${memberStatusName(server.memberStatus)}","Version":${quoteJson(version)},` +
    `${statsJson(server)},"StableSince":"${nanoseconds(server.stableSinceNs)}","ReadReplica":false,` +
    `"Status":"${server.role}","Meta":{"consul-network-segment":"","consul-version":${quoteJson(version)}},` +
    `"NodeType":"voter"}`
  );
}

const stateShape = record('AutopilotState', {
  Healthy: 'boolean',
  FailureTolerance: 'integer',
  OptimisticFailureTolerance: 'integer',
  Servers: mapOf(
    record('AutopilotServer', {
      ID: 'string',
      Name: 'string',
      Address: 'string',
      NodeStatus: 'string',
      Version: 'string',
      ...STATS,
      StableSince: 'string',
      ReadReplica: 'boolean',
      Status: 'string',
      Meta: mapOf('string'),
      NodeType: 'string',
    }),
  ),
  Leader: 'string',
  Voters: listOf('string'),
});

function stateReply({ isHealthy, failureTolerance, leader, voters, servers }: AutopilotState): Reply {
  const byId = Object.fromEntries(servers.map((server) => [server.id, server]));
  return json(
    `{"Healthy":${isHealthy},"FailureTolerance":${failureTolerance},"OptimisticFailureTolerance":0,` +
      `"Servers":${mapJson(byId, stateOfServerJson)},"Leader":${quoteJson(leader)},` +
      `"Voters":${listJson(voters, quoteJson)}}`,
  );
}

/** Of any age it is what this server has stored: what an operator needs when nobody leads. */
async function configuration(calls: Calls, { datacenter, asker, options }: ApiRequest): Promise<Reply> {
  const config =
    options.consistency === 'stale'
      ? await calls.direct(ownAutopilotConfiguration, null, datacenter, asker)
      : await calls.write(autopilotConfiguration, null, datacenter, asker);
  return isRefusal(config) ? refused(config) : json(configurationJson(config));
}

export function operatorAutopilotEndpoints(calls: Calls): EndpointTable {
  const ask = async <T>(method: WriteMethod<null, T>, { datacenter, asker }: ApiRequest, show: (value: T) => Reply) => {
    const value = await calls.write(method, null, datacenter, asker);
    return isRefusal(value) ? refused(value) : show(value);
  };
  const row = (path: string, methods: Endpoint['methods']): Endpoint => ({ path, answeredBy: 'servers', methods });
  const reading = { acl: ['operator:read'] } as const;
  return [
    row('/v1/operator/autopilot/configuration', {
      GET: action({
        ...reading,
        summary: "Autopilot's configuration",
        reads: 'consistency',
        answer: configurationShape,
        run: (request) => configuration(calls, request),
      }),
      PUT: action({
        summary: "Replaces autopilot's configuration",
        acl: ['operator:write'],
        parameters: {
          cas: uint64('Only if it was changed at this index last.', (error) =>
            text(400, `Error parsing cas value: ${error}`),
          ),
        },
        body: jsonBody(configurationBody, {
          options: { unknownFields: 'ignore' },
          errorPrefix: 'Error parsing autopilot config: ',
        }),
        answer: 'boolean',
        run: (request, { cas }, body) => change(calls, request, body, cas),
      }),
    }),
    row('/v1/operator/autopilot/health', {
      GET: action({
        ...reading,
        summary: 'How the servers are; status 429 when not all of them are well',
        answer: healthShape,
        others: { [UNHEALTHY]: healthShape },
        run: (request) => ask(serverHealth, request, healthReply),
      }),
    }),
    row('/v1/operator/autopilot/state', {
      GET: action({
        ...reading,
        summary: 'All that autopilot knows of the servers',
        answer: stateShape,
        run: (request) => ask(autopilotState, request, stateReply),
      }),
    }),
  ];
}
