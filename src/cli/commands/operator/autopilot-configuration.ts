// Autopilot's configuration as the agent shows and takes it.

export const CONFIGURATION_PATH = '/v1/operator/autopilot/configuration';

export interface AutopilotConfiguration {
  readonly CleanupDeadServers: boolean;
  readonly LastContactThreshold: string;
  readonly MaxTrailingLogs: number;
  readonly MinQuorum: number;
  readonly ServerStabilizationTime: string;
  readonly RedundancyZoneTag: string;
  readonly DisableUpgradeMigration: boolean;
  readonly UpgradeVersionTag: string;
  readonly ModifyIndex: number;
}
