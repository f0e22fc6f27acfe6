// `lictor operator autopilot set-config`: changes what is given of autopilot's configuration, and nothing if somebody else changed
// it meanwhile.

import type { Flag } from '../../../gotext/flag-set.js';
import { bool } from '../../../gotext/json-kinds.js';
import { type Command, fail, type Options, print } from '../../command/command.js';
import { connect, decoded, serverQuery } from '../../http/client.js';
import { CLIENT_FLAGS, SERVER_FLAGS } from '../../http/flags.js';
import { type AutopilotConfiguration, autopilotConfiguration, CONFIGURATION_PATH } from './autopilot-configuration.js';

const FIELDS: readonly (Flag & { readonly field: keyof AutopilotConfiguration })[] = [
  { field: 'CleanupDeadServers', name: 'cleanup-dead-servers', kind: 'bool', usage: 'Remove servers that died.' },
  {
    field: 'DisableUpgradeMigration',
    name: 'disable-upgrade-migration',
    kind: 'bool',
    usage: 'No effect: for editions with upgrade migrations.',
  },
  {
    field: 'LastContactThreshold',
    name: 'last-contact-threshold',
    kind: 'duration',
    usage: 'A server that heard of the leader longer ago is unhealthy.',
  },
  {
    field: 'MaxTrailingLogs',
    name: 'max-trailing-logs',
    kind: 'uint64',
    usage: 'A server that is further behind is unhealthy.',
  },
  { field: 'MinQuorum', name: 'min-quorum', kind: 'uint64', usage: 'Never remove servers below this number.' },
  {
    field: 'RedundancyZoneTag',
    name: 'redundancy-zone-tag',
    kind: 'string',
    usage: 'No effect: for editions with redundancy zones.',
  },
  {
    field: 'ServerStabilizationTime',
    name: 'server-stabilization-time',
    kind: 'duration',
    usage: 'How long a new server must be healthy before it votes.',
  },
  {
    field: 'UpgradeVersionTag',
    name: 'upgrade-version-tag',
    kind: 'string',
    usage: 'No effect: for editions with upgrade migrations.',
  },
];

export const command: Command = {
  usage: 'operator autopilot set-config [options]',
  about: "Changes autopilot's configuration: what is given, all else stays.",
  flags: [...CLIENT_FLAGS, ...SERVER_FLAGS, ...FIELDS],
  async run(options: Options): Promise<number> {
    const connected = connect(options);
    if (!connected.ok) return fail(`Error initializing client: ${connected.error}`);
    const { client } = connected;
    const query = serverQuery(options);
    const before = await client.decoded(CONFIGURATION_PATH, query, autopilotConfiguration);
    if (!before.ok) return fail(`Error querying Autopilot configuration: ${before.error}`);
    const given = FIELDS.filter(({ name }) => options.has(name)).map(({ name, field, kind }) => [
      field,
      kind === 'bool' ? options.isOn(name) : kind === 'uint64' ? Number(options.text(name)) : options.text(name),
    ]);
    const after = { ...before.value, ...Object.fromEntries(given) };
    const cas = ['cas', String(before.value.ModifyIndex)] as const;
    const written = decoded(await client.put(CONFIGURATION_PATH, [...query, cas], JSON.stringify(after)), bool);
    if (!written.ok) return fail(`Error setting Autopilot configuration: ${written.error}`);
    if (!written.value) {
      print('Configuration could not be atomically updated, please try again');
      return 1;
    }
    print('Configuration updated!');
    return 0;
  },
};
