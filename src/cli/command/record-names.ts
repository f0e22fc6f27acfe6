// What the records of a snapshot are called, by their type byte (spec/fsm.md, section 2).

const NAMES: { readonly [type: number]: string } = {
  0: 'Register',
  2: 'KVS',
  3: 'Session',
  5: 'Tombstone',
  6: 'CoordinateBatchUpdate',
  7: 'PreparedQuery',
  9: 'Autopilot',
  12: 'Intention',
  13: 'ConnectCA',
  14: 'ConnectCAProviderState',
  15: 'ConnectCAConfig',
  16: 'Index',
  17: 'ACLToken',
  19: 'ACLPolicy',
  22: 'ConfigEntry',
  23: 'ACLRole',
  25: 'ACLBindingRule',
  27: 'ACLAuthMethod',
  29: 'ChunkingState',
  30: 'FederationState',
  31: 'SystemMetadata',
  32: 'ServiceVirtualIP',
  33: 'FreeVirtualIP',
  35: 'PeeringWrite',
  38: 'PeeringTrustBundleWrite',
  40: 'PeeringSecretsWrite',
  42: 'ResourceOperation',
};

export function recordName(type: number): string {
  return NAMES[type] ?? `Unknown(${type})`;
}
