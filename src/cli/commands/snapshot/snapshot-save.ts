// `lictor snapshot save`: the state of the servers as an archive in a file. The file gets its name only when what arrived was
// found sound.

import { createReadStream, createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { errnoText } from '../../../gotext/errno.js';
import { syncDirectory } from '../../../wire/sync-directory.js';
import type { Command, Options } from '../../command/command.js';
import { fail, print } from '../../command/command.js';
import { type NamedFile, namedFile, readRecords } from '../../command/snapshot-file.js';
import { type Client, connect, serverQuery } from '../../http/client.js';
import { CLIENT_FLAGS, SERVER_FLAGS } from '../../http/flags.js';

interface Self {
  readonly Config?: { readonly Datacenter?: string; readonly Version?: string };
}

export const command: Command = {
  usage: 'snapshot save [options] FILE',
  about:
    'Saves the state of the servers as an archive in FILE: keys, the catalog, sessions, prepared queries and so on.\n' +
    'The archive is verified before FILE gets its name.',
  flags: [
    ...CLIENT_FLAGS,
    ...SERVER_FLAGS,
    {
      name: 'append-filename',
      kind: 'string',
      usage: 'What is put behind the name of FILE, before its ending, divided by commas:\nversion, dc.',
    },
  ],
  async run(options: Options): Promise<number> {
    const named = namedFile(options);
    if (!named.ok) return fail(named.error);
    const connected = connect(options);
    if (!connected.ok) return fail(`Error connecting to Consul agent: ${connected.error}`);
    const whole = await appended(connected.client, named.file, options.text('append-filename'));
    if (!whole.ok) return fail(`Error getting information of the agent: ${whole.error}`);
    const stream = await connected.client.stream('/v1/snapshot', serverQuery(options));
    if (!stream.ok) return fail(`Error saving snapshot: ${stream.error}`);
    const unverified = `${whole.file}.unverified`;
    try {
      await pipeline(stream.response, createWriteStream(unverified, { mode: 0o600 }));
      const read = await readRecords(createReadStream(unverified), () => null);
      if (!read.ok) return fail(`Error verifying snapshot: ${read.error}`);
      await settle(unverified, whole.file);
      print(`Saved and verified snapshot to index ${read.meta.index}`);
      return 0;
    } catch (error) {
      return fail(`Error saving snapshot: ${errnoText(error)}`);
    } finally {
      await rm(unverified, { force: true });
    }
  },
};

/** Durable before it has its name, and with it afterwards. */
async function settle(unverified: string, file: string): Promise<void> {
  const handle = await open(unverified, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(unverified, file);
  await syncDirectory(dirname(file));
}

/** `x.snap` with `dc` is `x-dc1.snap`. Names of anything else are passed over, as stock does. */
async function appended(client: Client, file: string, wanted: string): Promise<NamedFile> {
  const names = wanted.split(',').filter((name) => name === 'version' || name === 'dc');
  if (names.length === 0) return { ok: true, file };
  const self = await client.json<Self>('/v1/agent/self');
  if (!self.ok) return self;
  const { Datacenter = '', Version = '' } = self.value.Config ?? {};
  const dot = file.lastIndexOf('.');
  const end = dot > file.lastIndexOf('/') ? dot : file.length;
  const suffix = names.map((name) => `-${name === 'dc' ? Datacenter : Version}`).join('');
  return { ok: true, file: file.slice(0, end) + suffix + file.slice(end) };
}
