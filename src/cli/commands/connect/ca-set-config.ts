// `lictor connect ca set-config`: replaces the configuration of the mesh's certificate authority by that of a file.

import fs from 'node:fs';
import { errnoText } from '../../../gotext/errno.js';
import { decodeJson } from '../../../gotext/json-decode.js';
import { type Command, fail, type Options, print } from '../../command/command.js';
import { connect, serverQuery } from '../../http/client.js';
import { CLIENT_FLAGS, SERVER_FLAGS } from '../../http/flags.js';
import { CA_CONFIGURATION_PATH, caConfiguration } from './ca-configuration.js';

export const command: Command = {
  usage: 'connect ca set-config -config-file=FILE [options]',
  about:
    "Replaces the configuration of the mesh's certificate authority by that of a file, JSON as get-config shows it.\n" +
    'Where it asks for another key or root, the present root signs the new one and is kept for as long as its\n' +
    'certificates may be in use.',
  flags: [
    ...CLIENT_FLAGS,
    ...SERVER_FLAGS,
    { name: 'config-file', kind: 'string', usage: 'The file with the configuration, as JSON.' },
  ],
  async run(options: Options): Promise<number> {
    const file = options.text('config-file');
    if (file === '') return fail('The -config-file flag is required');
    const read = await readText(file);
    if (!read.ok) return fail(`Error reading config file: ${read.error}`);
    const config = decodeJson(read.text, caConfiguration, { unknownFields: 'ignore' });
    if (!config.ok) return fail(`Error parsing config file: ${config.error}`);
    const connected = connect(options);
    if (!connected.ok) return fail(`Error initializing client: ${connected.error}`);
    const body = JSON.stringify(config.value);
    const answer = await connected.client.put(CA_CONFIGURATION_PATH, serverQuery(options), body);
    if (!answer.ok) return fail(`Error setting CA configuration: ${answer.error}`);
    print('Configuration updated!');
    return 0;
  },
};

type Text = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly error: string };

async function readText(file: string): Promise<Text> {
  try {
    return { ok: true, text: await fs.promises.readFile(file, 'utf8') };
  } catch (error) {
    return { ok: false, error: `open ${file}: ${errnoText(error)}` };
  }
}
