// `lictor validate`: judges configuration files as the agent would.

import { loadFiles } from '../../main/config/load.js';
import type { Command, Options } from '../command/command.js';
import { fail, print } from '../command/command.js';

export const command: Command = {
  usage: 'validate [options] FILE_OR_DIRECTORY...',
  about: 'Checks configuration files and directories without starting an agent.',
  flags: [
    { name: 'config-format', kind: 'string', usage: 'Format of all files whatever their names: json or hcl.' },
    { name: 'quiet', kind: 'bool', usage: 'Say nothing when all is well.' },
  ],
  async run(options: Options): Promise<number> {
    if (options.words.length === 0) return fail('Must specify at least one config file or directory');
    const format = options.text('config-format');
    if (!['', 'json', 'hcl'].includes(format)) return fail("-config-format must be either 'hcl' or 'json");
    const loaded = loadFiles(options.words, format);
    if (!loaded.ok) return fail(`Config validation failed: ${loaded.error}`);
    for (const warning of loaded.warnings) process.stderr.write(`${warning}\n`);
    if (!options.isOn('quiet')) print('Configuration is valid!');
    return 0;
  },
};
