// All the lists; a new list is named here.

import type { Mutant } from '../mutant.js';
import { acl } from './acl/acl.js';
import { aclCommands } from './acl/acl-commands.js';
import { logins } from './acl/logins.js';
import { dns } from './dns.js';
import { gossip } from './gossip/gossip.js';
import { gossipOldNews } from './gossip/gossip-old-news.js';
import { gossipRejoin } from './gossip/gossip-rejoin.js';
import { gossipUsual } from './gossip/gossip-usual.js';
import { conformance } from './http/conformance.js';
import { endpoints } from './http/endpoints.js';
import { hostile } from './http/hostile.js';
import { http } from './http/http.js';
import { httpConnections } from './http/http-connections.js';
import { readers } from './http/readers.js';
import { bulk } from './local/bulk.js';
import { checks } from './local/checks.js';
import { localAgent } from './local/local-agent.js';
import { registration } from './local/registration.js';
import { services } from './local/services.js';
import { configEntries } from './mesh/config-entries.js';
import { connectCa } from './mesh/connect-ca.js';
import { mesh } from './mesh/mesh.js';
import { chaos } from './process/chaos.js';
import { commands } from './process/commands.js';
import { deadlines } from './process/deadlines.js';
import { faults } from './process/faults.js';
import { processes } from './process/processes.js';
import { settings } from './process/settings.js';
import { start } from './process/start.js';
import { stops } from './process/stops.js';
import { wholeAgent } from './process/whole-agent.js';
import { histories } from './raft/histories.js';
import { raftCore } from './raft/raft-core.js';
import { datacenters } from './rpc/datacenters.js';
import { grpcPorts } from './rpc/grpc-ports.js';
import { rpc } from './rpc/rpc.js';
import { rpcGrpc } from './rpc/rpc-grpc.js';
import { rpcRows } from './rpc/rpc-rows.js';
import { secondary } from './rpc/secondary.js';
import { tls } from './rpc/tls.js';
import { durability } from './store/durability.js';
import { keptForOthers } from './store/kept-for-others.js';
import { msgpack } from './store/msgpack.js';
import { queries } from './store/queries.js';
import { store } from './store/store.js';

export const mutants: readonly Mutant[] = [
  ...acl,
  ...aclCommands,
  ...bulk,
  ...chaos,
  ...checks,
  ...commands,
  ...configEntries,
  ...conformance,
  ...connectCa,
  ...datacenters,
  ...deadlines,
  ...dns,
  ...durability,
  ...endpoints,
  ...faults,
  ...gossipOldNews,
  ...gossip,
  ...gossipRejoin,
  ...gossipUsual,
  ...grpcPorts,
  ...histories,
  ...hostile,
  ...http,
  ...httpConnections,
  ...localAgent,
  ...logins,
  ...mesh,
  ...msgpack,
  ...processes,
  ...queries,
  ...raftCore,
  ...readers,
  ...registration,
  ...rpc,
  ...rpcGrpc,
  ...rpcRows,
  ...secondary,
  ...services,
  ...settings,
  ...start,
  ...stops,
  ...store,
  ...keptForOthers,
  ...tls,
  ...wholeAgent,
];
