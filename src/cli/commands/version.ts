// `lictor version`.

import { BUILD_DATE, COMPATIBLE_VERSION, PROGRAM_VERSION, PROTOCOL } from '../../wire/version.js';
import type { Command, Options } from '../command/command.js';
import { fail, print } from '../command/command.js';

const DATE = BUILD_DATE.replace(/^(\S+) (\S+) .*$/, '$1T$2Z');

export const command: Command = {
  usage: 'version [options]',
  about:
    'Prints the version of this program and the gossip protocols it speaks; as json the version of Consul it stands for.',
  flags: [{ name: 'format', kind: 'string', usage: 'pretty or json.' }],
  async run(options: Options): Promise<number> {
    const format = options.text('format') || 'pretty';
    if (format === 'json') {
      const rpc = { Default: PROTOCOL.default, Min: PROTOCOL.min, Max: PROTOCOL.max };
      // Programs read this, to know what an agent of this program can do: the same version as its API and its members tell.
      const version = { Version: COMPATIBLE_VERSION, Revision: '', Prerelease: '', BuildDate: DATE, RPC: rpc };
      print(JSON.stringify(version, null, 4));
      return 0;
    }
    if (format !== 'pretty') return fail(`Unknown format: ${format}`);
    print(
      `lictor v${PROGRAM_VERSION}\nBuild Date ${DATE}\n` +
        `Protocol ${PROTOCOL.default} spoken by default, understands ${PROTOCOL.min} to ${PROTOCOL.max} ` +
        `(agent will automatically use protocol >${PROTOCOL.default} when speaking to compatible agents)\n`,
    );
    return 0;
  },
};
