// The part of the schema that defines services and checks (spec/agent.md sections 3 and 4). Defaults aren't here: a
// definition keeps apart what was given and what wasn't until it becomes a registration (config/definitions.ts).

import type { Schema } from './types.js';
import { list, stanza } from './types.js';

export const CHECK = {
  id: { type: 'string', about: 'default: the name' },
  name: { type: 'string' },
  notes: { type: 'string' },
  service_id: { type: 'string', alias: 'serviceid', about: 'node-level definition of a check of that service' },
  token: { type: 'string' },
  status: { type: 'string', about: 'initial status; critical if not given' },
  args: { type: 'strings', alias: 'scriptargs', about: 'command of a script check' },
  http: { type: 'string' },
  h2ping: { type: 'string' },
  h2ping_use_tls: { type: 'bool', defaultText: 'true with h2ping' },
  header: { type: 'header' },
  method: { type: 'string' },
  body: { type: 'string' },
  disable_redirects: { type: 'bool' },
  output_max_size: { type: 'int', defaultText: 'check_output_max_size' },
  tcp: { type: 'string' },
  tcp_use_tls: { type: 'bool' },
  udp: { type: 'string' },
  interval: { type: 'duration' },
  docker_container_id: { type: 'string', alias: 'dockercontainerid' },
  shell: { type: 'string' },
  grpc: { type: 'string' },
  grpc_use_tls: { type: 'bool' },
  os_service: { type: 'string' },
  tls_server_name: { type: 'string' },
  tls_skip_verify: { type: 'bool', alias: 'tlsskipverify' },
  alias_node: { type: 'string' },
  alias_service: { type: 'string' },
  timeout: { type: 'duration' },
  ttl: { type: 'duration' },
  success_before_passing: { type: 'int' },
  failures_before_warning: { type: 'int', defaultText: 'failures_before_critical' },
  failures_before_critical: { type: 'int' },
  deregister_critical_service_after: { type: 'duration', alias: 'deregistercriticalserviceafter' },
} as const satisfies Schema;

const MESH_GATEWAY = stanza({ mode: { type: 'string' } });

const PROXY = {
  destination_service_name: { type: 'string' },
  destination_service_id: { type: 'string' },
  local_service_address: { type: 'string' },
  local_service_port: { type: 'int' },
  local_service_socket_path: { type: 'string' },
  mode: { type: 'string' },
  config: { type: 'free' },
  envoy_extensions: list({
    name: { type: 'string' },
    required: { type: 'bool' },
    consul_version: { type: 'string' },
    envoy_version: { type: 'string' },
    arguments: { type: 'free' },
  }),
  upstreams: list({
    destination_type: { type: 'string' },
    destination_namespace: { type: 'string' },
    destination_partition: { type: 'string' },
    destination_peer: { type: 'string' },
    destination_name: { type: 'string' },
    datacenter: { type: 'string' },
    local_bind_address: { type: 'string' },
    local_bind_port: { type: 'int' },
    local_bind_socket_path: { type: 'string' },
    local_bind_socket_mode: { type: 'string' },
    config: { type: 'free' },
    mesh_gateway: MESH_GATEWAY,
  }),
  mesh_gateway: MESH_GATEWAY,
  expose: stanza({
    checks: { type: 'bool' },
    paths: list({
      listener_port: { type: 'int' },
      path: { type: 'string' },
      local_path_port: { type: 'int' },
      protocol: { type: 'string' },
    }),
  }),
  transparent_proxy: stanza({
    outbound_listener_port: { type: 'int' },
    dialed_directly: { type: 'bool' },
  }),
  access_logs: stanza({
    enabled: { type: 'bool' },
    disable_listener_logs: { type: 'bool' },
    type: { type: 'string' },
    path: { type: 'string' },
    json_format: { type: 'string' },
    text_format: { type: 'string' },
  }),
  mutual_tls_mode: { type: 'string' },
} as const satisfies Schema;

export const SIDECAR = {
  kind: { type: 'string' },
  id: { type: 'string' },
  name: { type: 'string', about: 'required' },
  tags: { type: 'strings' },
  address: { type: 'string' },
  tagged_addresses: {
    type: 'stanza-map',
    fields: { address: { type: 'string' }, port: { type: 'int' } },
  },
  socket_path: { type: 'string' },
  meta: { type: 'map' },
  port: { type: 'int' },
  ports: list({
    name: { type: 'string' },
    port: { type: 'int' },
    default: { type: 'bool', about: 'of exactly one of them' },
  }),
  check: stanza(CHECK),
  checks: list(CHECK),
  token: { type: 'string' },
  weights: stanza({ passing: { type: 'int' }, warning: { type: 'int' } }),
  enable_tag_override: { type: 'bool' },
  proxy: stanza(PROXY),
  locality: stanza({ region: { type: 'string' }, zone: { type: 'string' } }),
} as const satisfies Schema;

export const SERVICE = {
  ...SIDECAR,
  connect: stanza({ native: { type: 'bool' }, sidecar_service: stanza(SIDECAR) }),
} as const satisfies Schema;
