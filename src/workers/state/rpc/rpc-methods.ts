// Every method that is served on the server port.

import { aclAuthMethodRows } from './rows/acl/auth-methods.js';
import { loginRows } from './rows/acl/login.js';
import { aclPolicyRows } from './rows/acl/policies.js';
import { aclTokenRows } from './rows/acl/tokens.js';
import { catalogRows } from './rows/catalog.js';
import { instanceRows } from './rows/catalog-instances.js';
import { catalogOverviewRows } from './rows/catalog-overview.js';
import { catalogWriteRows } from './rows/catalog-write.js';
import { coordinateRows } from './rows/coordinate.js';
import { eventRows } from './rows/event.js';
import { healthRows } from './rows/health.js';
import { internalRows } from './rows/internal.js';
import { keyringRows } from './rows/keyring.js';
import { kvRows } from './rows/kv.js';
import { configEntryRows } from './rows/mesh/config-entry.js';
import { connectCaRows } from './rows/mesh/connect-ca.js';
import { discoveryChainRows } from './rows/mesh/discovery-chain.js';
import { federationStateRows } from './rows/mesh/federation-state.js';
import { intentionRows } from './rows/mesh/intention.js';
import { serviceConfigRows } from './rows/mesh/service-config.js';
import { topologyRows } from './rows/mesh/topology.js';
import { virtualIpRows } from './rows/mesh/virtual-ip.js';
import { operatorAutopilotRows } from './rows/operator-autopilot.js';
import { operatorRaftRows } from './rows/operator-raft.js';
import { operatorUsageRows } from './rows/operator-usage.js';
import { preparedQueryRows } from './rows/prepared-query.js';
import { queryExecuteRows } from './rows/query-execute.js';
import type { Row } from './rows/row.js';
import { serve } from './rows/serve.js';
import { sessionRows } from './rows/session.js';
import { statusRows } from './rows/status.js';
import { txnRows } from './rows/txn.js';
import type { RpcMethods } from './server/method.js';

export const rpcRows: readonly Row[] = [
  ...statusRows,
  ...catalogRows,
  ...instanceRows,
  ...catalogOverviewRows,
  ...catalogWriteRows,
  ...healthRows,
  ...kvRows,
  ...sessionRows,
  ...configEntryRows,
  ...connectCaRows,
  ...intentionRows,
  ...discoveryChainRows,
  ...serviceConfigRows,
  ...topologyRows,
  ...coordinateRows,
  ...txnRows,
  ...preparedQueryRows,
  ...queryExecuteRows,
  ...internalRows,
  ...eventRows,
  ...keyringRows,
  ...operatorRaftRows,
  ...operatorAutopilotRows,
  ...operatorUsageRows,
  ...virtualIpRows,
  ...federationStateRows,
  ...aclTokenRows,
  ...aclPolicyRows,
  ...aclAuthMethodRows,
  ...loginRows,
];

export const rpcMethods: RpcMethods = new Map(rpcRows.map((row) => [row.method.name, serve(row)]));
