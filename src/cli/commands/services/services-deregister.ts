// `lictor services deregister`: what files define, or one service by its ID.

import type { Command, Options } from '../../command/command.js';
import { fail } from '../../command/command.js';
import { readServices } from '../../command/service-files.js';
import { connect } from '../../http/client.js';
import { CLIENT_FLAGS, NAMESPACE_FLAG, PARTITION_FLAG, SERVER_FLAGS } from '../../http/flags.js';
import { tellChanges } from '../../services/told-changes.js';

export const command: Command = {
  usage: 'services deregister [options] [FILE...]',
  about: 'Takes services off the agent: those that the files define, or the one with the given ID.',
  flags: [
    ...CLIENT_FLAGS,
    ...SERVER_FLAGS,
    NAMESPACE_FLAG,
    PARTITION_FLAG,
    { name: 'id', kind: 'string', usage: 'ID of the service.' },
  ],
  async run(options: Options): Promise<number> {
    const id = options.text('id');
    if (options.words.length === 0 && id === '') {
      return fail('Service deregistration requires at least one argument or -id.');
    }
    if (options.words.length > 0 && id !== '') {
      return fail('Service deregistration requires arguments or -id, not both.');
    }
    const found = id === '' ? await readServices(options.words) : { ok: true as const, services: [{ id }] };
    if (!found.ok) return fail(`Error: ${found.error}`);
    const connected = connect(options);
    if (!connected.ok) return fail(`Error connecting to Consul agent: ${connected.error}`);
    const all = found.services.map((service) => {
      const name = 'name' in service ? (service.name ?? '') : '';
      const ID = service.id ?? name;
      return { id: ID, name, body: { ID } };
    });
    const line = ({ id: removed }: { readonly id: string }): string => `Deregistered service: ${removed}`;
    return (await tellChanges(connected.client, { action: 'deregister', all, line })) ? 0 : 1;
  },
};
