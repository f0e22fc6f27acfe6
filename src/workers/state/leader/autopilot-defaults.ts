// The autopilot configuration a leader writes when there is none (spec/raft.md, section 9).

import { CommandType } from '../../../wire/commands.js';
import type { RuntimeConfig } from '../../../wire/config.js';
import type { AutopilotConfig } from '../../../wire/records.js';
import type { AutopilotLimits } from './autopilot/autopilot.js';

const NS_PER_MS = 1e6;

export function autopilotDefaults({ autopilot }: RuntimeConfig) {
  return {
    type: CommandType.autopilot,
    body: {
      Datacenter: '',
      Token: '',
      CAS: false,
      Config: {
        CleanupDeadServers: autopilot.cleanupDeadServers,
        DisableUpgradeMigration: false,
        LastContactThreshold: autopilot.lastContactThresholdMs * NS_PER_MS,
        MaxTrailingLogs: autopilot.maxTrailingLogs,
        MinQuorum: autopilot.minQuorum,
        RedundancyZoneTag: '',
        ServerStabilizationTime: autopilot.serverStabilizationTimeMs * NS_PER_MS,
        UpgradeVersionTag: '',
        CreateIndex: 0,
        ModifyIndex: 0,
      },
    },
  } as const;
}

/** What the stored configuration says, for autopilot; null: there is none yet. */
export function storedLimits(stored: AutopilotConfig | undefined): AutopilotLimits | null {
  if (!stored) return null;
  return {
    cleansUp: stored.CleanupDeadServers,
    minQuorum: Number(stored.MinQuorum),
    lastContactThresholdMs: Number(stored.LastContactThreshold) / NS_PER_MS,
    maxTrailingLogs: Number(stored.MaxTrailingLogs),
    serverStabilizationTimeMs: Number(stored.ServerStabilizationTime) / NS_PER_MS,
  };
}
