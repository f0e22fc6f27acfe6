// Autopilot's configuration as the agent shows and takes it.

import { type DecodedBy, struct } from '../../../gotext/json-decode.js';
import { bool, index, string } from '../../../gotext/json-kinds.js';

export const CONFIGURATION_PATH = '/v1/operator/autopilot/configuration';

export const autopilotConfiguration = struct('AutopilotConfiguration', {
  CleanupDeadServers: bool,
  LastContactThreshold: string,
  MaxTrailingLogs: index,
  MinQuorum: index,
  ServerStabilizationTime: string,
  RedundancyZoneTag: string,
  DisableUpgradeMigration: bool,
  UpgradeVersionTag: string,
  ModifyIndex: index,
});

export type AutopilotConfiguration = DecodedBy<typeof autopilotConfiguration>;
