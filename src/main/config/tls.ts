// TLS settings per listener kind: what a stanza doesn't say comes from tls.defaults (spec/agent.md section 4, row "tls").
// The files are read by tls-files.ts: `validate` doesn't look at them.

import { parseIp } from '../../gotext/ip.js';
import { quote } from '../../gotext/quote.js';
import { isKnownSuite } from '../../tls/policy.js';
import type { RuntimeConfig, TlsMaterial, TlsStanza } from '../../wire/config.js';
import type { Problems } from './problems.js';
import type { AgentConfig } from './schema/agent.js';

/** Before the files are read (tls-files.ts). */
const NO_MATERIAL: TlsMaterial = { ca: [], cert: '', key: '', ticketKeys: new Uint8Array(0) };

const VERSIONS = ['TLS_AUTO', 'TLSv1_0', 'TLSv1_1', 'TLSv1_2', 'TLSv1_3'];

export interface TlsStanzas {
  readonly internalRpc: TlsStanza;
  readonly https: TlsStanza;
  readonly grpc: TlsStanza;
}

type Stanza = AgentConfig['tls']['defaults'];

export function buildTls(config: AgentConfig, problems: Problems): TlsStanzas {
  const { defaults, internal_rpc, https, grpc } = config.tls;
  if (grpc.verify_outgoing !== undefined) problems.refuse('verify_outgoing is not valid in the tls.grpc stanza');
  if (https.verify_server_hostname !== undefined || grpc.verify_server_hostname !== undefined) {
    problems.refuse('verify_server_hostname is only valid in the tls.defaults and tls.internal_rpc stanzas');
  }
  if ([defaults, internal_rpc, https].some(({ use_auto_cert }) => use_auto_cert !== undefined)) {
    problems.refuse('use_auto_cert is only valid in the tls.grpc stanza');
  }
  if (config.ports.grpc > 0 && (config.ports.grpc_tls ?? -1) <= 0 && (grpc.cert_file ?? '') !== '') {
    problems.refuse(
      'the `ports.grpc` listener no longer supports TLS. Use `ports.grpc_tls` instead. This message is appearing because GRPC is configured to use TLS, but `ports.grpc_tls` is not defined',
    );
  }
  checkWords('defaults', defaults, problems);
  for (const [name, stanza] of Object.entries({ internal_rpc, https, grpc })) checkWords(name, stanza, problems);
  const hostname = internal_rpc.verify_server_hostname ?? defaults.verify_server_hostname ?? false;
  const rpc = complete(internal_rpc, defaults);
  return {
    internalRpc: { ...rpc, verifyServerHostname: hostname, verifyOutgoing: rpc.verifyOutgoing || hostname },
    https: complete(https, defaults),
    grpc: { ...complete(grpc, defaults), verifyOutgoing: false },
  };
}

export function buildAutoEncrypt(config: AgentConfig, problems: Problems): RuntimeConfig['autoEncrypt'] {
  const { tls, allow_tls: allowTls, dns_san: dnsSan, ip_san: addresses } = config.auto_encrypt;
  const ipSan = addresses.filter((address) => {
    const isAddress = parseIp(address) !== null;
    if (!isAddress) problems.warn(`auto_encrypt.ip_san: ${quote(address)} is no IP address, it is left out`);
    return isAddress;
  });
  return { tls, allowTls, dnsSan, ipSan };
}

function checkWords(name: string, stanza: Stanza, problems: Problems): void {
  const { tls_min_version: version, tls_cipher_suites: suites } = stanza;
  if (version !== undefined && version !== '' && !VERSIONS.includes(version)) {
    problems.add(
      `tls.${name}.tls_min_version: invalid TLS version: no matching TLS version found for ${version}, please specify one of [${VERSIONS.join(', ')}]`,
    );
  }
  if (suites === undefined || suites === '') return;
  if (version === 'TLSv1_3') {
    problems.add(`tls.${name}.tls_cipher_suites: TLS 1.3 cipher suites are not configurable`);
    return;
  }
  const unknown = splitList(suites).find((suite) => !isKnownSuite(suite));
  if (unknown !== undefined) {
    problems.add(
      `tls.${name}.tls_cipher_suites: invalid TLS cipher suites: no matching Consul Agent TLS cipher suite found for ${unknown}`,
    );
  }
}

function splitList(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function complete(own: Stanza, defaults: Stanza): TlsStanza {
  const text = (
    key: 'ca_file' | 'ca_path' | 'cert_file' | 'key_file' | 'tls_cipher_suites' | 'tls_min_version',
  ): string => own[key] ?? defaults[key] ?? '';
  return {
    caFile: text('ca_file'),
    caPath: text('ca_path'),
    certFile: text('cert_file'),
    keyFile: text('key_file'),
    cipherSuites: splitList(text('tls_cipher_suites')),
    minVersion: text('tls_min_version') || 'TLSv1_2',
    verifyIncoming: own.verify_incoming ?? defaults.verify_incoming ?? false,
    verifyOutgoing: own.verify_outgoing ?? defaults.verify_outgoing ?? false,
    verifyServerHostname: false,
    useAutoCert: own.use_auto_cert ?? false,
    material: NO_MATERIAL,
  };
}
