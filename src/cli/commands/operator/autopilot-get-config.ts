// `lictor operator autopilot get-config`: autopilot's configuration, a line each.

import { quote } from '../../../gotext/quote.js';
import { type Command, fail, type Options, print } from '../../command/command.js';
import { connect, serverQuery } from '../../http/client.js';
import { CLIENT_FLAGS, SERVER_FLAGS } from '../../http/flags.js';
import { autopilotConfiguration, CONFIGURATION_PATH } from './autopilot-configuration.js';

export const command: Command = {
  usage: 'operator autopilot get-config [options]',
  about: "Shows autopilot's configuration.",
  flags: [...CLIENT_FLAGS, ...SERVER_FLAGS],
  async run(options: Options): Promise<number> {
    const connected = connect(options);
    if (!connected.ok) return fail(`Error initializing client: ${connected.error}`);
    const answer = await connected.client.decoded(CONFIGURATION_PATH, serverQuery(options), autopilotConfiguration);
    if (!answer.ok) return fail(`Error querying Autopilot configuration: ${answer.error}`);
    const config = answer.value;
    print(`CleanupDeadServers = ${config.CleanupDeadServers}`);
    print(`LastContactThreshold = ${config.LastContactThreshold}`);
    print(`MaxTrailingLogs = ${config.MaxTrailingLogs}`);
    print(`MinQuorum = ${config.MinQuorum}`);
    print(`ServerStabilizationTime = ${config.ServerStabilizationTime}`);
    print(`RedundancyZoneTag = ${quote(config.RedundancyZoneTag)}`);
    print(`DisableUpgradeMigration = ${config.DisableUpgradeMigration}`);
    print(`UpgradeVersionTag = ${quote(config.UpgradeVersionTag)}`);
    return 0;
  },
};
