// Nodes, services and checks as the messages of a subscription have them (spec/rpc.md, section 7).

import type {
  CheckDefinition,
  CheckRecord,
  EnvoyExtension,
  ExposePath,
  Locality,
  MeshGateway,
  NodeRecord,
  ProxyConfig,
  RaftIndex,
  ServiceAddress,
  ServiceConnect,
  ServiceRecord,
  Upstream,
  Weights,
} from '../../../../../wire/records.js';
import type { HealthEntry } from '../../../methods/catalog/health.js';
import { type FieldType, type Message, messageOf } from '../protobuf/message.js';
import { duration, struct } from '../protobuf/well-known.js';

const STRINGS: FieldType = { map: 'string' };
const TEXTS: FieldType = { repeated: 'string' };
/** Only Enterprise has anything in it. */
const ENTERPRISE: FieldType = { message: [] };

function of(message: Message): FieldType {
  return { message };
}

const raftIndex = of(messageOf<RaftIndex>([1, 'CreateIndex', 'integer'], [2, 'ModifyIndex', 'integer']));
const locality = of(messageOf<Locality>([1, 'Region', 'string'], [2, 'Zone', 'string']));
const meshGateway = of(messageOf<MeshGateway>([1, 'Mode', 'string']));

const node = of(
  messageOf<NodeRecord>(
    [1, 'ID', 'string'],
    [2, 'Node', 'string'],
    [3, 'Address', 'string'],
    [4, 'Datacenter', 'string'],
    [5, 'TaggedAddresses', STRINGS],
    [6, 'Meta', STRINGS],
    [7, null, raftIndex],
    [8, 'Partition', 'string'],
    [9, 'PeerName', 'string'],
    [10, 'Locality', locality],
  ),
);

const exposePath = of(
  messageOf<ExposePath>(
    [1, 'ListenerPort', 'integer'],
    [2, 'Path', 'string'],
    [3, 'LocalPathPort', 'integer'],
    [4, 'Protocol', 'string'],
    [5, 'ParsedFromCheck', 'bool'],
  ),
);

const upstream = of(
  messageOf<Upstream>(
    [1, 'DestinationType', 'string'],
    [2, 'DestinationNamespace', 'string'],
    [3, 'DestinationName', 'string'],
    [4, 'Datacenter', 'string'],
    [5, 'LocalBindAddress', 'string'],
    [6, 'LocalBindPort', 'integer'],
    [7, 'Config', struct],
    [8, 'MeshGateway', meshGateway],
    [9, 'CentrallyConfigured', 'bool'],
    [10, 'LocalBindSocketPath', 'string'],
    [11, 'LocalBindSocketMode', 'string'],
    [12, 'DestinationPartition', 'string'],
    [13, 'DestinationPeer', 'string'],
  ),
);

const envoyExtension = of(
  messageOf<EnvoyExtension>(
    [1, 'Name', 'string'],
    [2, 'Required', 'bool'],
    [3, 'Arguments', struct],
    [4, 'ConsulVersion', 'string'],
    [5, 'EnvoyVersion', 'string'],
  ),
);

const proxy = of(
  messageOf<ProxyConfig>(
    [1, 'DestinationServiceName', 'string'],
    [2, 'DestinationServiceID', 'string'],
    [3, 'LocalServiceAddress', 'string'],
    [4, 'LocalServicePort', 'integer'],
    [5, 'Config', struct],
    [6, 'Upstreams', { repeated: upstream }],
    [7, 'MeshGateway', meshGateway],
    [8, 'Expose', of(messageOf<ProxyConfig['Expose']>([1, 'Checks', 'bool'], [2, 'Paths', { repeated: exposePath }]))],
    [9, 'Mode', 'string'],
    [
      10,
      'TransparentProxy',
      of(
        messageOf<ProxyConfig['TransparentProxy']>(
          [1, 'OutboundListenerPort', 'integer'],
          [2, 'DialedDirectly', 'bool'],
        ),
      ),
    ],
    [11, 'LocalServiceSocketPath', 'string'],
    [12, 'EnvoyExtensions', { repeated: envoyExtension }],
    [
      13,
      'AccessLogs',
      of(
        messageOf<ProxyConfig['AccessLogs']>(
          [1, 'Enabled', 'bool'],
          [2, 'DisableListenerLogs', 'bool'],
          [3, 'Type', 'string'],
          [4, 'Path', 'string'],
          [5, 'JSONFormat', 'string'],
          [6, 'TextFormat', 'string'],
        ),
      ),
    ],
  ),
);

const peerMeta = of(
  messageOf<{ SNI: unknown; SpiffeID: unknown; Protocol: unknown }>(
    [1, 'SNI', TEXTS],
    [2, 'SpiffeID', TEXTS],
    [3, 'Protocol', 'string'],
  ),
);

const service = of(
  messageOf<ServiceRecord>(
    [1, 'Kind', 'string'],
    [2, 'ID', 'string'],
    [3, 'Service', 'string'],
    [4, 'Tags', TEXTS],
    [5, 'Address', 'string'],
    [6, 'Meta', STRINGS],
    [7, 'Port', 'integer'],
    [8, 'Weights', of(messageOf<Weights>([1, 'Passing', 'integer'], [2, 'Warning', 'integer']))],
    [9, 'EnableTagOverride', 'bool'],
    [11, 'Proxy', proxy],
    [12, 'Connect', of(messageOf<ServiceConnect>([1, 'Native', 'bool'], [4, 'PeerMeta', peerMeta]))],
    [13, 'LocallyRegisteredAsSidecar', 'bool'],
    [14, null, raftIndex],
    [15, 'TaggedAddresses', { map: of(messageOf<ServiceAddress>([1, 'Address', 'string'], [2, 'Port', 'integer'])) }],
    [16, null, ENTERPRISE],
    [17, 'SocketPath', 'string'],
    [18, 'PeerName', 'string'],
    [19, 'Locality', locality],
  ),
);

const header: FieldType = {
  written(writer, values) {
    if (!Array.isArray(values)) return;
    for (const value of values) if (typeof value === 'string') writer.textChoice(1, value);
  },
};

const definition = of(
  messageOf<CheckDefinition>(
    [1, 'HTTP', 'string'],
    [2, 'TLSSkipVerify', 'bool'],
    [3, 'Header', { map: header }],
    [4, 'Method', 'string'],
    [5, 'TCP', 'string'],
    [6, 'Interval', duration],
    [7, 'Timeout', duration],
    [8, 'DeregisterCriticalServiceAfter', duration],
    [9, 'OutputMaxSize', 'integer'],
    [10, 'ScriptArgs', TEXTS],
    [11, 'DockerContainerID', 'string'],
    [12, 'Shell', 'string'],
    [13, 'GRPC', 'string'],
    [14, 'GRPCUseTLS', 'bool'],
    [15, 'AliasNode', 'string'],
    [16, 'AliasService', 'string'],
    [17, 'TTL', duration],
    [18, 'Body', 'string'],
    [19, 'TLSServerName', 'string'],
    [20, 'H2PING', 'string'],
    [21, 'H2PingUseTLS', 'bool'],
    [22, 'DisableRedirects', 'bool'],
    [23, 'UDP', 'string'],
    [24, 'OSService', 'string'],
    [25, 'TCPUseTLS', 'bool'],
    [26, 'SessionName', 'string'],
  ),
);

const check = of(
  messageOf<CheckRecord>(
    [1, 'Node', 'string'],
    [2, 'CheckID', 'string'],
    [3, 'Name', 'string'],
    [4, 'Status', 'string'],
    [5, 'Notes', 'string'],
    [6, 'Output', 'string'],
    [7, 'ServiceID', 'string'],
    [8, 'ServiceName', 'string'],
    [9, 'ServiceTags', TEXTS],
    [10, 'Definition', definition],
    [11, null, raftIndex],
    [12, 'Type', 'string'],
    [13, null, ENTERPRISE],
    [14, 'ExposedPort', 'integer'],
    [15, 'Interval', 'string'],
    [16, 'Timeout', 'string'],
    [17, 'PeerName', 'string'],
  ),
);

/** CheckServiceNode: an instance with its node and the checks that decide about it. */
export const healthEntry: Message = messageOf<HealthEntry>(
  [1, 'node', node],
  [2, 'service', service],
  [3, 'checks', { repeated: check }],
);
