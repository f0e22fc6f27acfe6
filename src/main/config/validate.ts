// The rules that the finished settings must keep, in the order in which users are told (spec/agent.md section 4; texts in
// the rows of its key table). The first broken rule ends it; what is only unwise becomes a warning.

import { joinHostPort } from '../../gotext/host-port.js';
import { quote } from '../../gotext/quote.js';
import { maxOpenFiles } from '../../observe/open-files.js';
import type { Listener } from '../../wire/config.js';
import type { LocalDefinitions } from '../../wire/definitions.js';
import { metaProblem } from '../../wire/metadata.js';
import { isAnyAddress } from './addresses.js';
import { definitionProblem } from './definitions.js';
import type { Problems } from './problems.js';
import type { Addresses } from './schema/addresses.js';
import type { AgentConfig } from './schema/agent.js';

export interface Facts {
  readonly config: AgentConfig;
  readonly dev: boolean;
  readonly datacenter: string;
  readonly primaryDatacenter: string;
  readonly nodeName: string;
  readonly dataDir: string;
  readonly bootstrap: boolean;
  readonly bootstrapExpect: number;
  readonly recursors: readonly string[];
  readonly addresses: Addresses;
  readonly definitions: LocalDefinitions;
}

const RESERVED_LABELS = ['service', 'connect', 'node', 'query', 'addr'];
const CONSENSUS_TABLE = 'See https://developer.hashicorp.com/docs/internals/consensus.html#deployment-table';

export function validate(facts: Facts, problems: Problems): void {
  names(facts, problems);
  ui(facts, problems);
  limits(facts, problems);
  bootstrapping(facts, problems);
  listeners(facts.addresses, facts.config.server, problems);
  bootstrapWarnings(facts, problems);
  modes(facts.config, problems);
  const problem = definitionProblem(facts.definitions);
  if (problem !== null) problems.refuse(problem);
  scripts(facts.config, problems);
}

function names({ config, datacenter, primaryDatacenter, nodeName, dataDir, dev }: Facts, problems: Problems): void {
  if (datacenter === '') problems.refuse('datacenter cannot be empty');
  const allowed = 'can only contain lowercase alphanumeric, - or _ characters. received:';
  if (!/^[a-z0-9_-]+$/.test(datacenter)) problems.refuse(`datacenter ${allowed} ${quote(datacenter)}`);
  if (dataDir === '' && !dev) problems.refuse('data_dir cannot be empty');
  if (!/^[a-z0-9_-]+$/.test(primaryDatacenter)) {
    problems.refuse(`primary_datacenter ${allowed} ${quote(primaryDatacenter)}`);
  }
  if (!/^[a-z0-9-]+$/.test(datacenter)) {
    problems.warn(
      `Datacenter : ${quote(datacenter)} will not be PKI X.509 compatible due to invalid characters. Valid characters include lowercase alphanumeric characters with dashes in between.`,
    );
  }
  if (/[^A-Za-z0-9-]/.test(nodeName)) {
    problems.warn(
      `Node name ${quote(nodeName)} will not be discoverable via DNS due to invalid characters. Valid characters include all alpha-numerics and dashes.`,
    );
  } else if (Buffer.byteLength(nodeName) > 63) {
    problems.warn(
      `Node name ${quote(nodeName)} will not be discoverable via DNS due to it being too long. Valid lengths are between 1 and 63 bytes.`,
    );
  }
  const meta = metaProblem(config.node_meta);
  if (meta !== null) problems.refuse(`node_meta invalid: ${meta}`);
}

function ui({ config, dev }: Facts, problems: Problems): void {
  const {
    enabled,
    dir = '',
    content_path: path,
    metrics_provider: provider = '',
    metrics_proxy: proxy,
  } = config.ui_config;
  if (enabled && dir !== '' && !dev) {
    problems.refuse(
      'Both the ui_config.enabled and ui_config.dir (or -ui and -ui-dir) were specified, please provide only one.\n' +
        'If trying to use your own web UI resources, use ui_config.dir or the -ui-dir flag.\n' +
        'The web UI is included in the binary so use ui_config.enabled or the -ui flag to enable it',
    );
  }
  if (/[^A-Za-z0-9/_-]/.test(path)) {
    problems.refuse(`ui-content-path can only contain alphanumeric, -, _, or /. received: ${quote(path)}`);
  }
  if (/\/v\d+\//.test(path)) problems.refuse(`ui-content-path cannot have 'v[0-9]'. received: ${quote(path)}`);
  if (/[^a-z0-9_-]/.test(provider)) {
    problems.refuse(
      `ui_config.metrics_provider can only contain lowercase alphanumeric, - or _ characters. received: ${quote(provider)}`,
    );
  }
  const url = proxy.base_url ?? '';
  if (url !== '' && !/^https?:\/\/[^/]/.test(url)) {
    problems.refuse(`ui_config.metrics_proxy.base_url must be a valid http or https URL. received: ${quote(url)}`);
  }
}

function limits({ config, recursors, datacenter }: Facts, problems: Problems): void {
  const notNegative = (key: string, value: number): void => {
    if (value < 0) problems.refuse(`${key} cannot be ${value}. Must be greater than or equal to zero`);
  };
  const domain = config.alt_domain ?? '';
  if ([...RESERVED_LABELS, datacenter].includes(domain.split('.')[0] ?? '')) {
    problems.refuse(`alt_domain cannot start with {${[...RESERVED_LABELS, datacenter].join(',')}}`);
  }
  notNegative('dns_config.udp_answer_limit', config.dns_config.udp_answer_limit);
  notNegative('dns_config.a_record_limit', config.dns_config.a_record_limit);
  if (config.raft_protocol !== 3) {
    problems.refuse(`raft_protocol version ${config.raft_protocol} is not supported by this version of Consul`);
  }
  if (recursors.some((recursor) => isAnyAddress(recursor))) {
    problems.refuse('DNS recursor address cannot be 0.0.0.0, :: or [::]');
  }
  notNegative('bootstrap_expect', config.bootstrap_expect);
  notNegative('autopilot.max_trailing_logs', config.autopilot.max_trailing_logs);
  if (config.check_output_max_size < 1) {
    problems.refuse(
      'check_output_max_size must be positive, to discard check output use the discard_check_output flag',
    );
  }
  const connections = config.limits.http_max_conns_per_client;
  const most = maxOpenFiles();
  if (most !== null && connections + 20 > most) {
    problems.refuse(
      `system allows a max of ${most} file descriptors, but limits.http_max_conns_per_client: ${connections} needs at least ${connections + 20}`,
    );
  }
  const { backend, wal } = config.raft_logstore;
  if (!['default', 'boltdb', 'wal'].includes(backend)) {
    problems.refuse("raft_logstore.backend must be one of 'boltdb' or 'wal'");
  }
  if (wal.segment_size_mb < 1) problems.refuse('raft_logstore.wal.segment_size_mb cannot be less than 1MB');
  if (wal.segment_size_mb > 1024)
    problems.refuse('raft_logstore.wal.segment_size_mb cannot be greater than 1024 (1GiB)');
}

function bootstrapping({ config, dev, bootstrapExpect }: Facts, problems: Problems): void {
  const { bootstrap, server, bootstrap_expect: expect } = config;
  if (bootstrap && !server) problems.refuse("'bootstrap = true' requires 'server = true'");
  if (expect > 0 && !server) problems.refuse("'bootstrap_expect > 0' requires 'server = true'");
  if (bootstrapExpect > 0 && dev) problems.refuse("'bootstrap_expect > 0' not allowed in dev mode");
  if (bootstrapExpect > 0 && bootstrap) {
    problems.refuse("'bootstrap_expect > 0' and 'bootstrap = true' are mutually exclusive");
  }
}

function listeners(addresses: Addresses, isServer: boolean, problems: Problems): void {
  const taken = new Map<string, string>();
  const claim = (name: string, list: readonly Listener[]): void => {
    for (const one of list) {
      const address = one.kind === 'unix' ? `unix://${one.path}` : joinHostPort(one.address, one.port);
      const owner = taken.get(address);
      if (owner !== undefined) problems.refuse(`${name} address ${address} already configured for ${owner}`);
      taken.set(address, name);
    }
  };
  const at = (address: string, port: number): Listener[] => (port > 0 ? [{ kind: 'tcp', address, port }] : []);
  claim('DNS', addresses.dns);
  claim('HTTP', addresses.http);
  claim('HTTPS', addresses.https);
  if (isServer) claim('RPC Advertise', at(addresses.advertise, addresses.ports.server));
  claim('Serf Advertise LAN', at(addresses.advertise, addresses.ports.serfLan));
  if (isServer) claim('Serf Advertise WAN', at(addresses.advertiseWan, addresses.ports.serfWan));
}

function bootstrapWarnings({ config, bootstrap, bootstrapExpect }: Facts, problems: Problems): void {
  if (config.bootstrap_expect === 1) {
    problems.warn('BootstrapExpect is set to 1; this is the same as Bootstrap mode.');
  }
  if (bootstrapExpect === 2) {
    problems.warn(
      `bootstrap_expect = 2: A cluster with 2 servers will provide no failure tolerance. ${CONSENSUS_TABLE}`,
    );
  } else if (bootstrapExpect > 2 && bootstrapExpect % 2 === 0) {
    problems.warn(
      `bootstrap_expect is even number: A cluster with an even number of servers does not achieve optimum fault tolerance. ${CONSENSUS_TABLE}`,
    );
  }
  if (bootstrapExpect > 0) problems.warn(`bootstrap_expect > 0: expecting ${bootstrapExpect} servers`);
  if (bootstrap) problems.warn('bootstrap = true: do not enable unless necessary');
}

/** Each is a thread that holds the whole state: more than the cores of any machine only cost. */
const MOST_READERS = 64;

function modes(config: AgentConfig, problems: Problems): void {
  const { auto_encrypt: autoEncrypt, server } = config;
  if (autoEncrypt.tls && server) problems.refuse('auto_encrypt.tls can only be used on a client.');
  if (autoEncrypt.allow_tls && !server) problems.refuse('auto_encrypt.allow_tls can only be used on a server.');
  if (autoEncrypt.allow_tls && !verifiesIncomingRpc(config)) {
    problems.warn(
      'auto_encrypt.allow_tls is on, but tls.internal_rpc.verify_incoming is off: whoever has no certificate may ask the servers all the same. Leave it so for the time of a migration only.',
    );
  }
  if (autoEncrypt.allow_tls && !config.connect.enabled) {
    problems.warn('auto_encrypt.allow_tls is on, but connect.enabled is off: nobody is given a certificate');
  }
  if (server && config.advertise_reconnect_timeout !== '0s') {
    problems.refuse('advertise_reconnect_timeout can only be used on a client');
  }
  if (config.primary_gateways.length > 0 && !server) problems.refuse("'primary_gateways' requires 'server = true'");
  if (!['net', 'uws'].includes(config.http_config.engine)) {
    problems.refuse(`http_config.engine must be one of 'net' or 'uws'. received: ${quote(config.http_config.engine)}`);
  }
  const readers = config.performance.reader_workers ?? 0;
  if (readers > MOST_READERS) {
    problems.refuse(`performance.reader_workers cannot be ${readers}. Must be between 0 and ${MOST_READERS}`);
  }
}

function verifiesIncomingRpc({ tls: { internal_rpc: own, defaults } }: AgentConfig): boolean {
  return own.verify_incoming ?? defaults.verify_incoming ?? false;
}

function scripts(config: AgentConfig, problems: Problems): void {
  if (config.enable_script_checks && !config.acl.enabled && config.http_config.allow_write_http_from.length === 0) {
    problems.warn(
      'using enable-script-checks without ACLs and without allow_write_http_from is DANGEROUS, use enable-local-script-checks instead, see https://www.hashicorp.com/blog/protecting-consul-from-rce-risk-in-specific-configurations/',
    );
  }
  if (config.watches.some((watch) => 'handler' in watch)) {
    problems.warn(
      "The 'handler' field in watches has been deprecated and replaced with the 'args' field. See https://developer.hashicorp.com/docs/agent/watches",
    );
  }
}
