// A service as files define it, in the form the agent's API takes. Only what was given is sent: the agent has the defaults.

import type { ServiceSettings } from './service-files.js';

type Value = string | number | boolean | null | readonly Value[] | { readonly [key: string]: Value };

/** API names that aren't the key's words in title case. */
const NAMES: { readonly [key: string]: string } = {
  id: 'ID',
  http: 'HTTP',
  tcp: 'TCP',
  udp: 'UDP',
  grpc: 'GRPC',
  ttl: 'TTL',
  args: 'ScriptArgs',
  h2ping: 'H2PING',
  h2ping_use_tls: 'H2PingUseTLS',
  tcp_use_tls: 'TCPUseTLS',
  grpc_use_tls: 'GRPCUseTLS',
  tls_server_name: 'TLSServerName',
  tls_skip_verify: 'TLSSkipVerify',
  docker_container_id: 'DockerContainerID',
  os_service: 'OSService',
  service_id: 'ServiceID',
  destination_service_id: 'DestinationServiceID',
  json_format: 'JSONFormat',
  mutual_tls_mode: 'MutualTLSMode',
};
/** Their keys are the user's words; what is below them is kept as it is. */
const MAPS = new Set(['meta', 'header', 'config', 'arguments']);
/** Names of the user's, with objects of a known form below. */
const NAMED = new Set(['tagged_addresses']);

export function registrationOf(service: ServiceSettings): { readonly Name: string; readonly [field: string]: Value } {
  const fields = renamed(service as { readonly [key: string]: Value });
  return { ...fields, Name: service.name ?? '' };
}

function nameOf(key: string): string {
  return NAMES[key] ?? key.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function renamed(fields: { readonly [key: string]: Value }): { readonly [field: string]: Value } {
  const out: { [field: string]: Value } = {};
  for (const [key, value] of Object.entries(fields)) out[nameOf(key)] = MAPS.has(key) ? value : below(key, value);
  return out;
}

function below(key: string, value: Value): Value {
  if (Array.isArray(value)) return value.map((item: Value) => below('', item));
  if (typeof value !== 'object' || value === null) return value;
  const fields = value as { readonly [key: string]: Value };
  if (!NAMED.has(key)) return renamed(fields);
  return Object.fromEntries(Object.entries(fields).map(([name, item]) => [name, below('', item)]));
}
