// `lictor info`: the agent's own figures, section by section.

import type { Command, Options } from '../command/command.js';
import { fail, print } from '../command/command.js';
import { connect } from '../http/client.js';
import { CLIENT_FLAGS } from '../http/flags.js';

interface Self {
  readonly Stats: { readonly [section: string]: { readonly [name: string]: string } };
}

export const command: Command = {
  usage: 'info [options]',
  about: 'Shows what an agent knows of itself: its role, Raft, gossip, runtime.',
  flags: CLIENT_FLAGS,
  async run(options: Options): Promise<number> {
    const connected = connect(options);
    if (!connected.ok) return fail(`Error connecting to Consul agent: ${connected.error}`);
    const answer = await connected.client.json<Self>('/v1/agent/self');
    if (!answer.ok) return fail(`Error querying agent: ${answer.error}`);
    for (const [section, values] of sorted(answer.value.Stats ?? {})) {
      print(`${section}:`);
      for (const [name, value] of sorted(values)) print(`\t${name} = ${value}`);
    }
    return 0;
  },
};

function sorted<T>(fields: { readonly [name: string]: T }): [string, T][] {
  return Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1));
}
