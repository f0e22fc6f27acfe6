// `lictor version`.

import { BUILD_DATE, PROGRAM_VERSION, PROTOCOL } from '../../wire/version.js';
import type { Command, Options } from '../command/command.js';
import { fail, print } from '../command/command.js';

const DATE = BUILD_DATE.replace(/^(\S+) (\S+) .*$/, '$1T$2Z');

export const command: Command = {
  usage: 'version [options]',
  about: 'Prints the version of this program and the gossip protocols it speaks.',
  flags: [{ name: 'format', kind: 'string', usage: 'pretty or json.' }],
  async run(options: Options): Promise<number> {
    const format = options.text('format') || 'pretty';
    if (format === 'json') {
      const rpc = { Default: PROTOCOL.default, Min: PROTOCOL.min, Max: PROTOCOL.max };
      const version = { Version: PROGRAM_VERSION, Revision: '', Prerelease: '', BuildDate: DATE, RPC: rpc };
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
