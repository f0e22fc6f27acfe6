// `lictor services sync`: makes the agent's services equal to what files say, and says what differs.

import { type Command, fail, type Options, print } from '../../command/command.js';
import { readServices } from '../../command/service-files.js';
import { registrationOf } from '../../command/service-registration.js';
import { type Client, connect } from '../../http/client.js';
import { CLIENT_FLAGS } from '../../http/flags.js';
import {
  type Difference,
  differenceOf,
  type KnownService,
  marked,
  type Wanted,
} from '../../services/service-difference.js';
import { tellChanges } from '../../services/told-changes.js';

const DEFAULT_SET = 'default';
const DIFFERS = 2;

export const command: Command = {
  usage: 'services sync [options] DIR|FILE...',
  about:
    'Makes the services of the agent equal to those that the files define: JSON or HCL by their endings, - is standard\n' +
    'input. What is as it should be is left alone. With -prune, services go that an earlier sync of the same set has\n' +
    'registered and that are no longer defined; services that came in another way never do.\n' +
    'Exit code: 0, or 1 where anything failed; with -dry-run 2 where there is something to do.',
  flags: [
    ...CLIENT_FLAGS,
    { name: 'dry-run', kind: 'bool', usage: 'Says what differs, and changes nothing.' },
    { name: 'prune', kind: 'bool', usage: 'Removes what an earlier sync of this set registered and no file defines.' },
    { name: 'set', kind: 'string', usage: `Name of what belongs together. Default: ${DEFAULT_SET}.` },
  ],
  async run(options: Options): Promise<number> {
    if (options.words.length === 0) return fail('Service sync requires at least one directory or file.');
    const set = options.text('set') || DEFAULT_SET;
    const read = await readServices(options.words);
    if (!read.ok) return fail(`Error: ${read.error}`);
    const wanted = read.services.map((service) => marked(registrationOf(service), set));
    const twice = firstTwice(wanted);
    if (twice !== null) return fail(`Error: service "${twice}" is defined twice`);
    const connected = connect(options);
    if (!connected.ok) return fail(`Error connecting to Consul agent: ${connected.error}`);
    const { client } = connected;
    const known = await client.json<{ readonly [id: string]: KnownService }>('/v1/agent/services');
    if (!known.ok) return fail(`Error listing services: ${known.error}`);
    const difference = differenceOf(wanted, known.value, set);
    const prunes = options.isOn('prune');
    show(difference, prunes);
    const count = difference.added.length + difference.changed.length + (prunes ? difference.gone.length : 0);
    if (options.isOn('dry-run')) return count === 0 ? 0 : DIFFERS;
    return (await apply(client, difference, prunes)) ? 0 : 1;
  },
};

function firstTwice(wanted: readonly Wanted[]): string | null {
  const ids = new Set<string>();
  for (const { id } of wanted) {
    if (ids.has(id)) return id;
    ids.add(id);
  }
  return null;
}

function show({ added, changed, gone, unchanged }: Difference, prunes: boolean): void {
  for (const { id, name } of added) print(`+ ${id} (${name})`);
  for (const { id, name, in: fields } of changed) print(`~ ${id} (${name}): ${fields.join(', ')}`);
  for (const { ID, Service } of gone) print(`${prunes ? '-' : '!'} ${ID} (${Service})${prunes ? '' : ': not defined'}`);
  const removed = prunes ? `${gone.length} to remove` : `${gone.length} not defined`;
  print(`${added.length} to add, ${changed.length} to change, ${removed}, ${unchanged} unchanged`);
}

async function apply(client: Client, { added, changed, gone }: Difference, prunes: boolean): Promise<boolean> {
  const all = [...added, ...changed];
  const line = ({ id }: { readonly id: string }): string => `Synced service: ${id}`;
  const isDone = await tellChanges(client, { action: 'register', all, replacesChecks: true, line });
  if (!prunes || gone.length === 0) return isDone;
  const removals = gone.map(({ ID, Service }) => ({ id: ID, name: Service, body: { ID } }));
  const removed = ({ id }: { readonly id: string }): string => `Removed service: ${id}`;
  return (await tellChanges(client, { action: 'deregister', all: removals, line: removed })) && isDone;
}
