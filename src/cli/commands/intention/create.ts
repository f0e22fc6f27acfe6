// `lictor intention create`: makes intentions, of two names or as files say, or puts them in the place of others.

import type { Command, Options } from '../../command/command.js';
import { fail, print } from '../../command/command.js';
import { readInput } from '../../command/input.js';
import { type Intention, intentionLine } from '../../command/intention.js';
import { type Answer, type Client, connect, serverQuery } from '../../http/client.js';
import { CLIENT_FLAGS, NAMESPACE_FLAG, PARTITION_FLAG, SERVER_FLAGS } from '../../http/flags.js';
import { EXACT_PATH, INTENTIONS_PATH, intentionPath, pairQuery } from '../../http/intention-path.js';

type Given =
  | { readonly ok: true; readonly intentions: readonly Intention[] }
  | { readonly ok: false; readonly error: string };

export const command: Command = {
  usage: 'intention create [options] SRC DST',
  about:
    'Makes an intention: whether one service may connect to another. With -file the arguments are files of JSON, one intention each.',
  flags: [
    ...CLIENT_FLAGS,
    ...SERVER_FLAGS,
    NAMESPACE_FLAG,
    PARTITION_FLAG,
    { name: 'allow', kind: 'bool', usage: 'Connections are allowed, which is the default.' },
    { name: 'deny', kind: 'bool', usage: 'Connections are denied.' },
    { name: 'file', kind: 'bool', usage: 'The arguments are files.' },
    { name: 'meta', kind: 'pairs', usage: 'Metadata key=value; may be repeated.' },
    { name: 'replace', kind: 'bool', usage: 'Takes the place of an intention between the same services.' },
  ],
  async run(options: Options): Promise<number> {
    if (options.isOn('allow') && options.isOn('deny')) {
      return fail('Only one of -allow or -deny may be specified.');
    }
    const given = options.isOn('file') ? await inFiles(options.words) : ofNames(options);
    if (!given.ok) return fail(given.error);
    const connected = connect(options);
    if (!connected.ok) return fail(`Error connecting to Consul agent: ${connected.error}`);
    for (const intention of given.intentions) {
      const shown = intentionLine(intention);
      const made = await (options.isOn('replace') ? replace : create)(connected.client, options, intention);
      if (!made.ok) return fail(`Error creating intention "${shown}": ${made.error}`);
      print(`Created: ${shown}`);
    }
    return 0;
  },
};

function ofNames(options: Options): Given {
  const [SourceName, DestinationName, ...more] = options.words;
  if (SourceName === undefined || DestinationName === undefined || more.length > 0) {
    return { ok: false, error: 'Error: command requires exactly two arguments: src and dst' };
  }
  const Meta = Object.fromEntries(options.pairs('meta'));
  const Action = options.isOn('deny') ? 'deny' : 'allow';
  const intention = { SourceName, DestinationName, Action, Precedence: 0 };
  return { ok: true, intentions: [Object.keys(Meta).length === 0 ? intention : { ...intention, Meta }] };
}

async function inFiles(files: readonly string[]): Promise<Given> {
  if (files.length === 0) return { ok: false, error: 'Error: command requires at least one file' };
  const intentions: Intention[] = [];
  for (const file of files) {
    const input = await readInput(`@${file}`);
    if (!input.ok) return { ok: false, error: `Error: ${input.error}` };
    try {
      intentions.push(JSON.parse(input.data.toString('utf8')) as Intention);
    } catch (error) {
      return { ok: false, error: `Error: ${file}: ${(error as Error).message}` };
    }
  }
  return { ok: true, intentions };
}

function create(client: Client, options: Options, intention: Intention): Promise<Answer> {
  return client.post(INTENTIONS_PATH, serverQuery(options), JSON.stringify(intention));
}

/** One that was made with an ID keeps it. */
async function replace(client: Client, options: Options, intention: Intention): Promise<Answer> {
  const query = pairQuery(options, intention.SourceName, intention.DestinationName);
  const found = await client.get(EXACT_PATH, query, true);
  if (!found.ok) return found;
  const body = JSON.stringify(intention);
  const id = found.status === 404 ? undefined : (JSON.parse(found.body.toString('utf8')) as Intention).ID;
  return id === undefined
    ? client.put(EXACT_PATH, query, body)
    : client.put(intentionPath(id), serverQuery(options), body);
}
