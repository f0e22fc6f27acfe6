// The structures of Consul's client library that watches give.

import { type Field, type Form, field, fields, optional } from './form.js';

const texts: Form = { list: 'text' };
const textMap: Form = { map: 'text' };
const indexes: readonly Field[] = [field('CreateIndex', 'number'), field('ModifyIndex', 'number')];
const locality = optional('Locality', fields(field('Region', 'text'), field('Zone', 'text')));

export const keyForm = fields(
  field('Key', 'text'),
  ...indexes,
  field('LockIndex', 'number'),
  field('Flags', 'number'),
  field('Value', 'base64'),
  field('Session', 'text'),
);

export const nodeForm = fields(
  field('ID', 'text'),
  field('Node', 'text'),
  field('Address', 'text'),
  field('Datacenter', 'text'),
  field('TaggedAddresses', textMap),
  field('Meta', textMap),
  ...indexes,
  optional('PeerName', 'text'),
  locality,
);

export const checkForm = fields(
  ...['Node', 'CheckID', 'Name', 'Status', 'Notes', 'Output', 'ServiceID', 'ServiceName'].map((name) =>
    field(name, 'text'),
  ),
  field('ServiceTags', texts),
  field('Type', 'text'),
  field('ExposedPort', 'number'),
  optional('PeerName', 'text'),
  field(
    'Definition',
    fields(
      field('Interval', 'duration'),
      field('Timeout', 'duration'),
      field('DeregisterCriticalServiceAfter', 'duration'),
      field('HTTP', 'text'),
      field('Header', { map: texts }),
      field('Method', 'text'),
      field('Body', 'text'),
      field('TLSServerName', 'text'),
      field('TLSSkipVerify', 'bool'),
      field('TCP', 'text'),
      field('TCPUseTLS', 'bool'),
      field('UDP', 'text'),
      field('GRPC', 'text'),
      field('OSService', 'text'),
      field('GRPCUseTLS', 'bool'),
      optional('SessionName', 'text'),
    ),
  ),
  ...indexes,
);

/** It isn't a pointer: it is always there. */
const meshGateway = field('MeshGateway', fields(optional('Mode', 'text')));

const proxy = fields(
  optional('EnvoyExtensions', {
    list: fields(
      field('Name', 'text'),
      field('Required', 'bool'),
      field('Arguments', { map: 'any' }),
      field('ConsulVersion', 'text'),
      field('EnvoyVersion', 'text'),
    ),
  }),
  optional('DestinationServiceName', 'text'),
  optional('DestinationServiceID', 'text'),
  optional('LocalServiceAddress', 'text'),
  optional('LocalServicePort', 'number'),
  optional('LocalServiceSocketPath', 'text'),
  optional('Mode', 'text'),
  optional('TransparentProxy', fields(optional('OutboundListenerPort', 'number'), optional('DialedDirectly', 'bool'))),
  optional('Config', { map: 'any' }),
  optional('Upstreams', {
    list: fields(
      optional('DestinationType', 'text'),
      optional('DestinationPeer', 'text'),
      field('DestinationName', 'text'),
      optional('Datacenter', 'text'),
      optional('LocalBindAddress', 'text'),
      optional('LocalBindPort', 'number'),
      optional('LocalBindSocketPath', 'text'),
      optional('LocalBindSocketMode', 'text'),
      optional('Config', { map: 'any' }),
      meshGateway,
      optional('CentrallyConfigured', 'bool'),
    ),
  }),
  meshGateway,
  field(
    'Expose',
    fields(
      optional('Checks', 'bool'),
      optional('Paths', {
        list: fields(
          optional('ListenerPort', 'number'),
          optional('Path', 'text'),
          optional('LocalPathPort', 'number'),
          optional('Protocol', 'text'),
          field('ParsedFromCheck', 'bool'),
        ),
      }),
    ),
  ),
  optional(
    'AccessLogs',
    fields(
      optional('Enabled', 'bool'),
      optional('DisableListenerLogs', 'bool'),
      ...['Type', 'Path', 'JSONFormat', 'TextFormat'].map((name) => optional(name, 'text')),
    ),
  ),
);

const service = fields(
  optional('Kind', 'text'),
  field('ID', 'text'),
  field('Service', 'text'),
  field('Tags', texts),
  field('Meta', textMap),
  field('Port', 'number'),
  field('Address', 'text'),
  optional('SocketPath', 'text'),
  optional('TaggedAddresses', { map: fields(field('Address', 'text'), field('Port', 'number')) }),
  field('Weights', fields(field('Passing', 'number'), field('Warning', 'number'))),
  field('EnableTagOverride', 'bool'),
  optional('CreateIndex', 'number'),
  optional('ModifyIndex', 'number'),
  optional('Proxy', proxy),
  optional('Connect', fields(optional('Native', 'bool'))),
  optional('PeerName', 'text'),
  optional('Datacenter', 'text'),
  locality,
);

export const instanceForm = fields(
  field('Node', nodeForm),
  field('Service', service),
  field('Checks', { list: checkForm }),
);

export const eventForm = fields(
  field('ID', 'text'),
  field('Name', 'text'),
  field('Payload', 'base64'),
  field('NodeFilter', 'text'),
  field('ServiceFilter', 'text'),
  field('TagFilter', 'text'),
  field('Version', 'number'),
  field('LTime', 'number'),
);

export const rootsForm = fields(
  field('ActiveRootID', 'text'),
  field('TrustDomain', 'text'),
  field('Roots', {
    list: fields(
      field('ID', 'text'),
      field('Name', 'text'),
      field('RootCert', 'text'),
      field('Active', 'bool'),
      ...indexes,
    ),
  }),
);

export const leafForm = fields(
  field('SerialNumber', 'text'),
  optional('CertPEM', 'text'),
  optional('PrivateKeyPEM', 'text'),
  field('Service', 'text'),
  field('ServiceURI', 'text'),
  field('ValidAfter', 'text'),
  field('ValidBefore', 'text'),
  ...indexes,
);
