// `lictor services register`: from files, or one service from flags.

import type { Command, Options } from '../../command/command.js';
import { fail } from '../../command/command.js';
import { readServices } from '../../command/service-files.js';
import { registrationOf } from '../../command/service-registration.js';
import { connect } from '../../http/client.js';
import { CLIENT_FLAGS, NAMESPACE_FLAG, PARTITION_FLAG, SERVER_FLAGS } from '../../http/flags.js';
import { tellChanges } from '../../services/told-changes.js';

export const command: Command = {
  usage: 'services register [options] [FILE...]',
  about:
    'Registers services with the agent: those that the files define, or one described by flags. Many of them go in one\n' +
    'stream where the agent takes one. A file is JSON or HCL by its ending, as for the agent; - is standard input.',
  flags: [
    ...CLIENT_FLAGS,
    ...SERVER_FLAGS,
    NAMESPACE_FLAG,
    PARTITION_FLAG,
    { name: 'address', kind: 'string', usage: 'Address of the service. Default: the node’s.' },
    { name: 'id', kind: 'string', usage: 'ID of the service. Default: its name.' },
    { name: 'kind', kind: 'string', usage: 'Kind of the service.' },
    { name: 'meta', kind: 'pairs', usage: 'Metadata key=value; may be repeated.' },
    { name: 'name', kind: 'string', usage: 'Name of the service.' },
    { name: 'port', kind: 'int', usage: 'Port of the service.' },
    { name: 'socket', kind: 'string', usage: 'Unix socket of the service, instead of address and port.' },
    { name: 'tag', kind: 'words', usage: 'Tag; may be repeated.' },
    { name: 'tagged-address', kind: 'pairs', usage: 'Further address name=address:port; may be repeated.' },
  ],
  async run(options: Options): Promise<number> {
    const name = options.text('name');
    if (options.words.length === 0 && name === '') {
      return fail('Service registration requires at least one argument or flags.');
    }
    if (options.words.length > 0 && (name !== '' || options.text('id') !== '')) {
      return fail('Service registration requires arguments or -id, not both.');
    }
    const bodies = options.words.length > 0 ? await fromFiles(options.words) : fromFlags(options);
    if (!bodies.ok) return fail(`Error: ${bodies.error}`);
    const connected = connect(options);
    if (!connected.ok) return fail(`Error connecting to Consul agent: ${connected.error}`);
    const all = bodies.services.map((body) => ({
      id: body.ID === '' ? body.Name : (body.ID ?? body.Name),
      name: body.Name,
      body,
    }));
    const line = ({ name: registered }: { readonly name: string }): string => `Registered service: ${registered}`;
    return (await tellChanges(connected.client, { action: 'register', all, line })) ? 0 : 1;
  },
};

interface Body {
  readonly Name: string;
  readonly ID?: string;
  readonly [field: string]: unknown;
}
type Bodies =
  | { readonly ok: true; readonly services: readonly Body[] }
  | { readonly ok: false; readonly error: string };

async function fromFiles(paths: readonly string[]): Promise<Bodies> {
  const found = await readServices(paths);
  return found.ok ? { ok: true, services: found.services.map(registrationOf) } : found;
}

function fromFlags(options: Options): Bodies {
  const tagged: { [name: string]: { Address: string; Port: number } } = {};
  for (const [name, text] of options.pairs('tagged-address')) {
    const at = /^\[?(.*?)\]?:(\d+)$/.exec(text);
    if (at === null) return { ok: false, error: `Tagged address "${name}" must be of the form address:port` };
    tagged[name] = { Address: at[1] ?? '', Port: Number(at[2]) };
  }
  const body: Body = {
    ...(options.has('kind') ? { Kind: options.text('kind') } : {}),
    ID: options.text('id'),
    Name: options.text('name'),
    Tags: options.list('tag'),
    Port: Number(options.text('port') || 0),
    Address: options.text('address'),
    ...(options.has('socket') ? { SocketPath: options.text('socket') } : {}),
    Meta: Object.fromEntries(options.pairs('meta')),
    ...(Object.keys(tagged).length > 0 ? { TaggedAddresses: tagged } : {}),
  };
  return { ok: true, services: [body] };
}
