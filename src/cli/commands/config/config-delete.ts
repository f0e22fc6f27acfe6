// `lictor config delete`: a config entry by kind and name, or the one that a file describes.

import type { Command, Options } from '../../command/command.js';
import { fail, print } from '../../command/command.js';
import { readEntry } from '../../command/entry-file.js';
import { connect, serverQuery } from '../../http/client.js';
import { CLIENT_FLAGS, NAMESPACE_FLAG, PARTITION_FLAG, SERVER_FLAGS } from '../../http/flags.js';
import { entryPath } from '../../http/path.js';

export const command: Command = {
  usage: 'config delete [options] (-kind=KIND -name=NAME | -filename=FILE)',
  about: 'Deletes a config entry.',
  flags: [
    ...CLIENT_FLAGS,
    ...SERVER_FLAGS,
    NAMESPACE_FLAG,
    PARTITION_FLAG,
    { name: 'cas', kind: 'bool', usage: 'Only if the entry is still at -modify-index.' },
    { name: 'filename', kind: 'string', usage: 'A file with the entry, instead of -kind and -name.' },
    { name: 'kind', kind: 'string', usage: 'Kind of the entry.' },
    { name: 'modify-index', kind: 'uint64', usage: 'With -cas.' },
    { name: 'name', kind: 'string', usage: 'Name of the entry.' },
  ],
  run: remove,
};

type Named =
  | { readonly ok: true; readonly kind: string; readonly name: string }
  | { readonly ok: false; readonly error: string };

async function named(options: Options): Promise<Named> {
  const filename = options.text('filename');
  const kind = options.text('kind');
  const name = options.text('name');
  if (filename !== '') {
    if (kind !== '' || name !== '') return { ok: false, error: '-filename cannot be used with -kind or -name' };
    const found = await readEntry(filename);
    return found.ok ? { ok: true, kind: found.entry.Kind, name: found.entry.Name } : found;
  }
  if (kind === '') return { ok: false, error: 'Must specify the -kind or -filename parameter' };
  return name === '' ? { ok: false, error: 'Must specify the -name parameter' } : { ok: true, kind, name };
}

async function remove(options: Options): Promise<number> {
  const found = await named(options);
  if (!found.ok) return fail(found.error);
  const index = options.text('modify-index') || '0';
  const isCompared = options.isOn('cas');
  if (isCompared && index === '0') return fail('Must specify a -modify-index greater than 0 with -cas');
  if (!isCompared && options.has('modify-index')) return fail('Cannot specify -modify-index without -cas');
  const connected = connect(options);
  if (!connected.ok) return fail(`Error connecting to Consul agent: ${connected.error}`);
  const { kind, name } = found;
  const cas = isCompared ? [['cas', index] as const] : [];
  const answer = await connected.client.delete(entryPath(kind, name), [...serverQuery(options), ...cas]);
  if (!answer.ok) return fail(`Error deleting config entry ${kind}/${name}: ${answer.error}`);
  if (isCompared && answer.body.toString('utf8').trim() !== 'true') {
    return fail(`Config entry not deleted: ${kind}/${name}`);
  }
  print(`Config entry deleted: ${kind}/${name}`);
  return 0;
}
