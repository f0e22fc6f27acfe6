// What a method counts as where requests are limited (`limits.request_limits`; spec/rpc.md, "Rate limits"): a read or a write, or
// neither. By names alone, so that a request is judged before its arguments are read.

export type OperationType = 'read' | 'write' | 'exempt';

/** What changes something, be it in the state or in what only a leader knows. All else that isn't exempt is a read. */
const WRITES: ReadonlySet<string> = new Set([
  'ACL.AuthMethodDelete',
  'ACL.AuthMethodSet',
  'ACL.BindingRuleDelete',
  'ACL.BindingRuleSet',
  'ACL.BootstrapTokens',
  'ACL.Login',
  'ACL.Logout',
  'ACL.PolicyDelete',
  'ACL.PolicySet',
  'ACL.RoleDelete',
  'ACL.RoleSet',
  'ACL.TokenClone',
  'ACL.TokenDelete',
  'ACL.TokenSet',
  'AutoEncrypt.Sign',
  'Catalog.Register',
  'Catalog.Deregister',
  'ConfigEntry.Apply',
  'ConfigEntry.Delete',
  'ConnectCA.ConfigurationSet',
  'ConnectCA.Sign',
  'ConnectCA.SignIntermediate',
  'Coordinate.Update',
  'FederationState.Apply',
  'Internal.AssignManualServiceVIPs',
  'Internal.EventFire',
  'Internal.KeyringOperation',
  'Intention.Apply',
  'KVS.Apply',
  'PreparedQuery.Apply',
  'Session.Apply',
  'Session.Renew',
  'Txn.Apply',
]);

/** What servers need to go on as a cluster, and operators to see what is wrong with one. */
const EXEMPT: readonly string[] = ['Status.', 'Operator.'];
const USAGE = 'Operator.Usage';

export function operationTypeOf(method: string): OperationType {
  if (WRITES.has(method)) return 'write';
  if (method !== USAGE && EXEMPT.some((service) => method.startsWith(service))) return 'exempt';
  return 'read';
}
