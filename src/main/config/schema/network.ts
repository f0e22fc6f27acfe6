// The stanzas of the schema that say where and how the agent listens and talks (spec/agent.md section 4).

import type { Schema } from './types.js';
import { stanza } from './types.js';

// Every listener's TLS may be set by itself; what isn't set is taken from `defaults`. Which key is allowed where is checked
// after merging (config/tls.ts).
const TLS = {
  ca_file: { type: 'string', reload: true },
  ca_path: { type: 'string', reload: true },
  cert_file: { type: 'string', reload: true },
  key_file: { type: 'string', reload: true },
  tls_cipher_suites: { type: 'string', reload: true, about: 'comma-separated' },
  tls_min_version: { type: 'string', reload: true, defaultText: 'TLSv1_2', about: 'TLS_AUTO, TLSv1_0 … TLSv1_3' },
  verify_incoming: { type: 'bool', reload: true },
  verify_outgoing: { type: 'bool', reload: true },
  verify_server_hostname: {
    type: 'bool',
    reload: true,
    about: 'internal_rpc and defaults only; implies verify_outgoing',
  },
  use_auto_cert: { type: 'bool', about: 'grpc only: the certificate of auto_encrypt' },
} as const satisfies Schema;

export const NETWORK = {
  addresses: stanza({
    dns: { type: 'string', defaultText: 'client_addr', about: 'listener addresses' },
    http: { type: 'string', defaultText: 'client_addr', about: 'listener addresses, unix:// allowed' },
    https: { type: 'string', defaultText: 'client_addr', about: 'as http' },
    grpc: { type: 'string', defaultText: 'client_addr', about: 'as http' },
    grpc_tls: { type: 'string', defaultText: 'client_addr', about: 'as http' },
  }),
  ports: stanza({
    dns: { type: 'int', default: 8600, flag: 'dns-port' },
    expose_max_port: { type: 'int', default: 21755, about: 'kept; for the mesh of a later version' },
    expose_min_port: { type: 'int', default: 21500, about: 'kept; for the mesh of a later version' },
    grpc: { type: 'int', default: -1, dev: 8502, flag: 'grpc-port', about: '8502 with -dev' },
    grpc_tls: {
      type: 'int',
      flag: 'grpc-tls-port',
      defaultText: 'off; 8503 on servers',
      about: 'served where tls.grpc has a certificate',
    },
    http: { type: 'int', default: 8500, flag: 'http-port' },
    https: { type: 'int', default: -1, flag: 'https-port' },
    proxy_max_port: { type: 'int', default: 20255, about: 'no effect' },
    proxy_min_port: { type: 'int', default: 20000, about: 'no effect' },
    serf_lan: { type: 'int', default: 8301, flag: 'serf-lan-port' },
    serf_wan: { type: 'int', default: 8302, flag: 'serf-wan-port' },
    server: { type: 'int', default: 8300, flag: 'server-port' },
    sidecar_max_port: { type: 'int', default: 21255, about: 'the last port for sidecar proxies; both 0: none' },
    sidecar_min_port: {
      type: 'int',
      default: 21000,
      about: 'the first port for sidecar proxies without one of their own',
    },
  }),
  dns_config: stanza({
    allow_stale: { type: 'bool', default: true, reload: true, about: 'any server may answer; false: the leader' },
    a_record_limit: { type: 'int', default: 0, reload: true, about: 'most A/AAAA records, 0 = no limit' },
    cache_max_age: {
      type: 'duration',
      default: '0s',
      reload: true,
      about: 'with use_cache: older is asked for again; 0: never',
    },
    disable_compression: { type: 'bool', default: false, reload: true },
    enable_additional_node_meta_txt: {
      type: 'bool',
      default: true,
      reload: true,
      about: 'TXT records in additional section',
    },
    enable_truncate: { type: 'bool', default: false, reload: true, about: 'set TC when records were cut' },
    max_stale: { type: 'duration', default: '87600h', reload: true, about: 'ask the leader again when staler' },
    node_ttl: { type: 'duration', default: '0s', reload: true, about: 'node lookups' },
    only_passing: { type: 'bool', default: false, reload: true, about: 'leave out warning instances' },
    recursor_strategy: { type: 'string', default: 'sequential', reload: true, about: 'or random' },
    recursor_timeout: { type: 'duration', default: '2s', reload: true },
    soa: stanza({
      expire: { type: 'uint32', default: 86400, reload: true },
      min_ttl: { type: 'uint32', default: 0, reload: true },
      refresh: { type: 'uint32', default: 3600, reload: true },
      retry: { type: 'uint32', default: 600, reload: true },
    }),
    udp_answer_limit: { type: 'int', default: 3, reload: true, about: 'most answers over UDP' },
    use_cache: {
      type: 'bool',
      default: false,
      reload: true,
      about: 'client agents: services from the agent cache, stale',
    },
    service_ttl: { type: 'map', reload: true, about: 'per service, * and prefix*' },
    prefer_namespace: { type: 'bool', about: 'no effect' },
  }),
  http_config: stanza({
    allow_write_http_from: {
      type: 'strings',
      flag: 'allow-write-http-from',
      about: 'CIDRs that may write to the agent API',
    },
    block_endpoints: { type: 'strings', about: 'path prefixes answered 403' },
    max_header_bytes: { type: 'int', default: 0, about: '0 = 1 MiB' },
    response_headers: { type: 'map', about: 'added to every answer' },
    use_cache: { type: 'bool', default: true, about: '?cached allowed' },
    engine: {
      type: 'string',
      default: 'net',
      about:
        'lictor: net, or uws for fleets whose clients speak HTTP/1.1. uws refuses HTTP/1.0 (ab, nginx and HAProxy by default), ' +
        'absolute-form targets and a request line split over two segments, and serves plain TCP only',
    },
  }),
  unix_sockets: stanza({
    group: { type: 'string' },
    mode: { type: 'string', about: 'octal' },
    user: { type: 'string' },
  }),
  gossip_lan: stanza({
    gossip_interval: { type: 'duration', default: '200ms', dev: '100ms' },
    gossip_nodes: { type: 'int', default: 3 },
    probe_interval: { type: 'duration', default: '1s', dev: '100ms' },
    probe_timeout: { type: 'duration', default: '500ms', dev: '100ms' },
    retransmit_mult: { type: 'int', default: 4 },
    suspicion_mult: { type: 'int', default: 4, dev: 3 },
  }),
  gossip_wan: stanza({
    gossip_interval: { type: 'duration', default: '500ms', dev: '100ms' },
    gossip_nodes: { type: 'int', default: 3 },
    probe_interval: { type: 'duration', default: '5s', dev: '100ms' },
    probe_timeout: { type: 'duration', default: '3s', dev: '100ms' },
    retransmit_mult: { type: 'int', default: 4 },
    suspicion_mult: { type: 'int', default: 6, dev: 3 },
  }),
  limits: stanza({
    http_max_conns_per_client: { type: 'int', default: 200, reload: true, about: 'per IP' },
    http_max_request_body_size: {
      type: 'uint64',
      default: 8388608,
      reload: true,
      about: 'bytes of a request body, but of those that have a key of their own and of archives',
    },
    https_handshake_timeout: { type: 'duration', default: '5s' },
    kv_max_value_size: { type: 'uint64', default: 524288, about: 'bytes' },
    request_limits: stanza({
      mode: {
        type: 'string',
        default: 'disabled',
        reload: true,
        about: 'of servers: permissive counts, enforcing refuses',
      },
      read_rate: { type: 'float64', default: -1, reload: true, about: 'of each server, per second; -1: no limit' },
      write_rate: { type: 'float64', default: -1, reload: true, about: 'the same' },
    }),
    rpc_client_timeout: { type: 'duration', default: '60s', reload: true, about: 'RPC to a server; 0: an hour' },
    rpc_handshake_timeout: {
      type: 'duration',
      default: '5s',
      about: 'first byte and TLS on the server port; 0: no limit',
    },
    rpc_max_burst: { type: 'int', default: 1000, reload: true, about: 'client to server RPC' },
    rpc_max_conns_per_client: { type: 'int', default: 100, reload: true, about: 'per IP on servers' },
    rpc_rate: { type: 'float64', default: -1, reload: true, about: 'client to server RPC per second; -1: no limit' },
    txn_max_req_len: { type: 'uint64', default: 524288, about: 'bytes' },
  }),
  rpc: stanza({
    enable_streaming: { type: 'bool', defaultText: 'server', about: 'no effect: servers always serve streams' },
  }),
  tls: stanza({
    defaults: stanza(TLS),
    internal_rpc: stanza(TLS),
    https: stanza(TLS),
    grpc: stanza(TLS),
  }),
} as const satisfies Schema;
