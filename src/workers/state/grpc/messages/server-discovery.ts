// hashicorp.consul.serverdiscovery: the servers that can be asked.

import { bool, text } from './kinds.js';
import { inners, type Method, message, type ProtoFile, type RowIn } from './message.js';

const PACKAGE = 'hashicorp.consul.serverdiscovery';

const server = message(`${PACKAGE}.Server`, { id: [1, text], address: [2, text], version: [3, text] });
const watchServersRequest = message(`${PACKAGE}.WatchServersRequest`, { wan: [1, bool] });
const watchServersResponse = message(`${PACKAGE}.WatchServersResponse`, { servers: [1, inners(server)] });

export const watchServers: Method<RowIn<typeof watchServersRequest>, RowIn<typeof watchServersResponse>> = {
  service: `${PACKAGE}.ServerDiscoveryService`,
  name: 'WatchServers',
  input: watchServersRequest,
  output: watchServersResponse,
  answersMany: true,
};

export const serverDiscoveryFile: ProtoFile = {
  path: 'proto-public/pbserverdiscovery/serverdiscovery.proto',
  package: PACKAGE,
  imports: [],
  messages: [watchServersRequest, watchServersResponse, server],
  enums: [],
  methods: [watchServers],
};
