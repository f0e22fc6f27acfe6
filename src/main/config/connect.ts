// Settings of the mesh: what a cluster's certificate authority begins with, in the spelling of its API.

import { quote } from '../../gotext/quote.js';
import type { RuntimeConfig } from '../../wire/config.js';
import { DEFAULT_CONFIG, readSettings } from '../../wire/mesh/authority-settings.js';
import type { Problems } from './problems.js';
import type { AgentConfig } from './schema/agent.js';

const NAMES: ReadonlyMap<string, string> = new Map([
  ['csr_max_concurrent', 'CSRMaxConcurrent'],
  ['csr_max_per_second', 'CSRMaxPerSecond'],
  ['intermediate_cert_ttl', 'IntermediateCertTTL'],
  ['leaf_cert_ttl', 'LeafCertTTL'],
  ['private_key', 'PrivateKey'],
  ['private_key_bits', 'PrivateKeyBits'],
  ['private_key_type', 'PrivateKeyType'],
  ['root_cert', 'RootCert'],
  ['root_cert_ttl', 'RootCertTTL'],
  ['rotation_period', 'RotationPeriod'],
]);
const CLUSTER_ID = 'cluster_id';
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const PROVIDER = 'consul';

export function buildConnect({ connect }: AgentConfig, problems: Problems): RuntimeConfig['connect'] {
  const { [CLUSTER_ID]: id, ...rest } = connect.ca_config;
  const clusterId = typeof id === 'string' ? id : '';
  if (id !== undefined && !UUID.test(clusterId)) problems.add(`connect.ca_config.${CLUSTER_ID} is not a valid UUID`);
  const provider = connect.ca_provider ?? PROVIDER;
  if (provider !== PROVIDER && connect.enabled)
    problems.add(`connect.ca_provider: unknown CA provider ${quote(provider)}`);
  const caConfig = Object.fromEntries(Object.entries(rest).map(([key, value]) => [NAMES.get(key) ?? key, value]));
  const settings = readSettings({ Config: { ...DEFAULT_CONFIG, ...caConfig } });
  if (typeof settings === 'string' && connect.enabled) problems.add(`connect.ca_config: ${settings}`);
  return {
    enabled: connect.enabled,
    caProvider: provider,
    caConfig,
    clusterId,
    leafRootChangeSpreadMs: problems.milliseconds(
      'connect.test_ca_leaf_root_change_spread',
      connect.test_ca_leaf_root_change_spread,
    ),
  };
}
