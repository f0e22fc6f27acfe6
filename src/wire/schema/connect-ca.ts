// The mesh's certificate authority and its commands as tables (spec/fsm.md, section 3).

import type { ConnectCaLeafRequest, ConnectCaRequest } from '../commands.js';
import type { CaConfiguration, CaProviderState, CaRoot } from '../records.js';
import {
  dynamicMap,
  list,
  pointer,
  raftIndex,
  type StructSchema,
  stringMap,
  strings,
  struct,
  writeRequest,
} from './kinds.js';

export const caConfigurationSchema: StructSchema<CaConfiguration> = {
  name: 'CAConfiguration',
  fields: {
    ClusterID: 'string',
    Provider: 'string',
    Config: dynamicMap,
    State: stringMap,
    ForceWithoutCrossSigning: 'bool',
    ...raftIndex,
  },
};

export const caRootSchema: StructSchema<CaRoot> = {
  name: 'CARoot',
  fields: {
    ID: 'string',
    Name: 'string',
    SerialNumber: 'uint64',
    SigningKeyID: 'string',
    ExternalTrustDomain: 'string',
    NotBefore: 'bytes',
    NotAfter: 'bytes',
    RootCert: 'string',
    IntermediateCerts: strings,
    SigningCert: 'string',
    SigningKey: 'string',
    Active: 'bool',
    RotatedOutAt: 'bytes',
    PrivateKeyType: 'string',
    PrivateKeyBits: 'int',
    ...raftIndex,
  },
};

export const caProviderStateSchema: StructSchema<CaProviderState> = {
  name: 'CAConsulProviderState',
  fields: { ID: 'string', PrivateKey: 'string', RootCert: 'string', IntermediateCert: 'string', ...raftIndex },
};

export const connectCaSchema: StructSchema<ConnectCaRequest> = {
  name: 'CARequest',
  fields: {
    ...writeRequest,
    Op: 'string',
    Index: 'uint64',
    Roots: list(struct(caRootSchema)),
    Config: pointer(caConfigurationSchema),
    ProviderState: pointer(caProviderStateSchema),
  },
};

export const connectCaLeafSchema: StructSchema<ConnectCaLeafRequest> = {
  name: 'CALeafRequest',
  fields: { ...writeRequest, Op: 'string' },
};
