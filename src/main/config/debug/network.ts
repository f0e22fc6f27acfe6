// The sections of DebugConfig about listeners and DNS.

import type { Facts, Section } from './values.js';
import { span, tcp, urls } from './values.js';

export function listeners({ config, runtime, addresses }: Facts): Section {
  const { ports } = addresses;
  return {
    AdvertiseAddrLAN: addresses.advertise,
    AdvertiseAddrWAN: addresses.advertiseWan,
    AllowWriteHTTPFrom: runtime.http.allowWriteFrom,
    BindAddr: addresses.bind,
    ClientAddrs: addresses.clients,
    DNSAddrs: [...urls(addresses.dns), ...urls(addresses.dns, 'udp')],
    DNSPort: ports.dns,
    GRPCAddrs: urls(addresses.grpc),
    GRPCPort: ports.grpc,
    GRPCTLSAddrs: urls(addresses.grpcTls),
    GRPCTLSPort: ports.grpcTls,
    HTTPAddrs: urls(addresses.http),
    HTTPBlockEndpoints: runtime.http.blockEndpoints,
    HTTPMaxConnsPerClient: config.limits.http_max_conns_per_client,
    HTTPMaxHeaderBytes: config.http_config.max_header_bytes,
    HTTPPort: ports.http,
    HTTPResponseHeaders: runtime.http.responseHeaders,
    HTTPSAddrs: urls(addresses.https),
    HTTPSHandshakeTimeout: span(config.limits.https_handshake_timeout),
    HTTPSPort: ports.https,
    HTTPUseCache: config.http_config.use_cache,
    RPCAdvertiseAddr: tcp(addresses.advertise, ports.server),
    RPCBindAddr: tcp(addresses.bind, ports.server),
    SerfAdvertiseAddrLAN: tcp(addresses.advertise, ports.serfLan),
    SerfAdvertiseAddrWAN: tcp(addresses.advertiseWan, ports.serfWan),
    SerfBindAddrLAN: tcp(addresses.serfLanBind, ports.serfLan),
    SerfBindAddrWAN: tcp(addresses.serfWanBind, ports.serfWan),
    SerfPortLAN: ports.serfLan,
    SerfPortWAN: ports.serfWan,
    ServerPort: ports.server,
    UnixSocketGroup: config.unix_sockets.group ?? '',
    UnixSocketMode: config.unix_sockets.mode ?? '',
    UnixSocketUser: config.unix_sockets.user ?? '',
  };
}

export function dns({ config }: Facts, recursors: readonly string[]): Section {
  const { dns_config: given } = config;
  return {
    DNSARecordLimit: given.a_record_limit,
    DNSAllowStale: given.allow_stale,
    DNSAltDomain: config.alt_domain ?? '',
    DNSCacheMaxAge: span(given.cache_max_age),
    DNSDisableCompression: given.disable_compression,
    DNSDomain: config.domain,
    DNSEnableTruncate: given.enable_truncate,
    DNSMaxStale: span(given.max_stale),
    DNSNodeMetaTXT: given.enable_additional_node_meta_txt,
    DNSNodeTTL: span(given.node_ttl),
    DNSOnlyPassing: given.only_passing,
    DNSRecursorStrategy: given.recursor_strategy,
    DNSRecursorTimeout: span(given.recursor_timeout),
    DNSRecursors: recursors,
    DNSSOA: {
      Expire: given.soa.expire,
      Minttl: given.soa.min_ttl,
      Refresh: given.soa.refresh,
      Retry: given.soa.retry,
    },
    DNSServiceTTL: Object.fromEntries(Object.entries(given.service_ttl).map(([name, ttl]) => [name, span(ttl)])),
    DNSUDPAnswerLimit: given.udp_answer_limit,
    DNSUseCache: given.use_cache,
  };
}
