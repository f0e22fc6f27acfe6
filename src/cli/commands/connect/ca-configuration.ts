// The configuration of the mesh's certificate authority as the agent shows and takes it.

import { struct } from '../../../gotext/json-decode.js';
import { bool, dynamic, index, map, string } from '../../../gotext/json-kinds.js';

export const CA_CONFIGURATION_PATH = '/v1/connect/ca/configuration';

export const caConfiguration = struct('CAConfig', {
  Provider: string,
  Config: map(dynamic),
  State: map(string),
  ForceWithoutCrossSigning: bool,
  CreateIndex: index,
  ModifyIndex: index,
});
