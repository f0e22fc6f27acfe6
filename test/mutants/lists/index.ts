// All the lists; a new list is named here.

import type { Mutant } from '../mutant.js';
import { acl } from './acl.js';
import { aclCommands } from './acl-commands.js';
import { bulk } from './bulk.js';
import { chaos } from './chaos.js';
import { checks } from './checks.js';
import { configEntries } from './config-entries.js';
import { conformance } from './conformance.js';
import { connectCa } from './connect-ca.js';
import { datacenters } from './datacenters.js';
import { deadlines } from './deadlines.js';
import { dns } from './dns.js';
import { durability } from './durability.js';
import { endpoints } from './endpoints.js';
import { faults } from './faults.js';
import { gossip } from './gossip.js';
import { gossipOldNews } from './gossip-old-news.js';
import { gossipRejoin } from './gossip-rejoin.js';
import { grpcPorts } from './grpc-ports.js';
import { histories } from './histories.js';
import { hostile } from './hostile.js';
import { http } from './http.js';
import { httpConnections } from './http-connections.js';
import { localAgent } from './local-agent.js';
import { logins } from './logins.js';
import { mesh } from './mesh.js';
import { msgpack } from './msgpack.js';
import { processes } from './processes.js';
import { queries } from './queries.js';
import { raftCore } from './raft-core.js';
import { readers } from './readers.js';
import { registration } from './registration.js';
import { rpc } from './rpc.js';
import { rpcGrpc } from './rpc-grpc.js';
import { rpcRows } from './rpc-rows.js';
import { secondary } from './secondary.js';
import { services } from './services.js';
import { settings } from './settings.js';
import { start } from './start.js';
import { store } from './store.js';
import { tls } from './tls.js';
import { wholeAgent } from './whole-agent.js';

export const mutants: readonly Mutant[] = [
  ...acl,
  ...aclCommands,
  ...bulk,
  ...chaos,
  ...checks,
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
  ...store,
  ...tls,
  ...wholeAgent,
];
