// The network side of the finished configuration: HTTP, DNS, gossip pools, upstream resolvers.

import { joinHostPort } from '../../gotext/host-port.js';
import { errorList } from '../../gotext/multierror.js';
import { quote } from '../../gotext/quote.js';
import type { DnsConfig, GossipPoolConfig, HttpConfig, TcpListener } from '../../wire/config.js';
import { expand } from './addresses.js';
import type { Problems } from './problems.js';
import type { Addresses } from './schema/addresses.js';
import type { AgentConfig } from './schema/agent.js';
import { parseBlock } from './sockaddr/block.js';
import { renderTemplate } from './sockaddr/template.js';

const HOUR = 3600e9;
/** How long a failed member is remembered, in nanoseconds. */
const RECONNECT_TIMEOUT = 72 * HOUR;

/** The resolvers as given, templates expanded, each once. */
export function buildRecursors(config: AgentConfig, problems: Problems): readonly string[] {
  const out = new Set<string>();
  for (const address of config.recursors.flatMap((text) => expand(text))) {
    if (address.startsWith('unix://')) problems.refuse(`DNS Recursors cannot be unix sockets: ${address}`);
    out.add(address);
  }
  return [...out];
}

function withPort(address: string): string {
  const colons = address.split(':').length - 1;
  if (address.startsWith('[') ? address.includes(']:') : colons === 1) return address;
  return joinHostPort(address.replace(/^\[|\]$/g, ''), 53);
}

export function buildDns(
  config: AgentConfig,
  addresses: Addresses,
  recursors: readonly string[],
  problems: Problems,
): DnsConfig {
  const { dns_config: dns } = config;
  if (!['sequential', 'random'].includes(dns.recursor_strategy)) {
    problems.add(`dns_config.recursor_strategy: invalid strategy: ${quote(dns.recursor_strategy)}`);
  }
  problems.duration('dns_config.recursor_timeout', dns.recursor_timeout);
  const domain = (text: string): string => text.toLowerCase().replace(/\.$/, '');
  return {
    listeners: addresses.dns.filter((one): one is TcpListener => one.kind === 'tcp'),
    domain: domain(config.domain),
    altDomain: domain(config.alt_domain ?? ''),
    allowStale: dns.allow_stale,
    maxStaleMs: problems.milliseconds('dns_config.max_stale', dns.max_stale),
    useCache: dns.use_cache,
    cacheMaxAgeMs: problems.milliseconds('dns_config.cache_max_age', dns.cache_max_age),
    nodeTtlMs: problems.milliseconds('dns_config.node_ttl', dns.node_ttl),
    serviceTtlMs: Object.fromEntries(
      Object.entries(dns.service_ttl).map(([name, ttl]) => [
        name,
        problems.milliseconds(`dns_config.service_ttl[${quote(name)}]`, ttl),
      ]),
    ),
    onlyPassing: dns.only_passing,
    enableTruncate: dns.enable_truncate,
    disableCompression: dns.disable_compression,
    udpAnswerLimit: dns.udp_answer_limit,
    aRecordLimit: dns.a_record_limit,
    nodeMetaTxt: dns.enable_additional_node_meta_txt,
    translateWan: config.translate_wan_addrs,
    soa: {
      refreshS: dns.soa.refresh,
      retryS: dns.soa.retry,
      expireS: dns.soa.expire,
      minTtlS: dns.soa.min_ttl,
    },
    recursors: recursors.map(withPort),
  };
}

export function buildHttp(config: AgentConfig, addresses: Addresses, problems: Problems): HttpConfig {
  const { http_config: http, unix_sockets: unix } = config;
  for (const cidr of http.allow_write_http_from) {
    if (parseBlock(cidr) === null) problems.add(`allow_write_http_from: invalid cidr: ${cidr}`);
  }
  return {
    listeners: addresses.http,
    engine: http.engine === 'uws' ? 'uws' : 'net',
    blockEndpoints: http.block_endpoints,
    responseHeaders: http.response_headers,
    allowWriteFrom: http.allow_write_http_from,
    maxHeaderBytes: http.max_header_bytes,
    useCache: http.use_cache,
    disableUnprintableFilter: config.disable_http_unprintable_char_filter,
    unixSocket: { user: unix.user ?? '', group: unix.group ?? '', mode: unix.mode ?? '' },
  };
}

/** CIDRs of a gossip pool; bad ones end the building, all named at once. */
function allowedCidrs(key: string, cidrs: readonly string[], problems: Problems): readonly string[] {
  const bad = cidrs.filter((cidr) => parseBlock(cidr) === null);
  if (bad.length > 0) {
    problems.refuse(`${key}: ${errorList(bad.map((cidr) => `invalid cidr: ${cidr}`))}`);
  }
  return cidrs;
}

/** Addresses to join; cloud providers' entries and names stay as they are. */
function expandJoin(entries: readonly string[], key: string, problems: Problems): readonly string[] {
  return entries.flatMap((entry) => {
    if (!entry.includes('{{')) return entry === '' ? [] : [entry];
    const rendered = renderTemplate(entry);
    if (!rendered.ok) problems.add(`${key}: ${rendered.error}`);
    return rendered.ok ? rendered.text.split(/\s+/).filter((part) => part !== '') : [];
  });
}

export function buildLan(config: AgentConfig, addresses: Addresses, problems: Problems): GossipPoolConfig {
  return {
    ...rhythm('gossip_lan', config.gossip_lan, problems),
    bindAddress: addresses.serfLanBind,
    advertiseAddress: addresses.advertise,
    port: addresses.ports.serfLan,
    allowedCidrs: allowedCidrs('serf_lan_allowed_cidrs', config.serf_lan_allowed_cidrs, problems),
    retryJoin: expandJoin(config.retry_join, 'retry_join', problems),
    retryIntervalMs: problems.milliseconds('retry_interval', config.retry_interval),
    retryMax: config.retry_max,
    reconnectTimeoutMs: (problems.duration('reconnect_timeout', config.reconnect_timeout) || RECONNECT_TIMEOUT) / 1e6,
  };
}

export function buildWan(config: AgentConfig, addresses: Addresses, problems: Problems): GossipPoolConfig | null {
  const pool: GossipPoolConfig = {
    ...rhythm('gossip_wan', config.gossip_wan, problems),
    bindAddress: addresses.serfWanBind,
    advertiseAddress: addresses.advertiseWan,
    port: addresses.ports.serfWan,
    allowedCidrs: allowedCidrs('serf_wan_allowed_cidrs', config.serf_wan_allowed_cidrs, problems),
    retryJoin: expandJoin(config.retry_join_wan, 'retry_join_wan', problems),
    retryIntervalMs: problems.milliseconds('retry_interval_wan', config.retry_interval_wan),
    retryMax: config.retry_max_wan,
    reconnectTimeoutMs:
      (problems.duration('reconnect_timeout_wan', config.reconnect_timeout_wan) || RECONNECT_TIMEOUT) / 1e6,
  };
  return addresses.ports.serfWan > 0 ? pool : null;
}

function rhythm(key: string, gossip: AgentConfig['gossip_lan'] | AgentConfig['gossip_wan'], problems: Problems) {
  return {
    gossipIntervalMs: problems.milliseconds(`${key}.gossip_interval`, gossip.gossip_interval),
    gossipNodes: gossip.gossip_nodes,
    probeIntervalMs: problems.milliseconds(`${key}.probe_interval`, gossip.probe_interval),
    probeTimeoutMs: problems.milliseconds(`${key}.probe_timeout`, gossip.probe_timeout),
    retransmitMultiplier: gossip.retransmit_mult,
    suspicionMultiplier: gossip.suspicion_mult,
  };
}
