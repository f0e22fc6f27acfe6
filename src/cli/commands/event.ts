// `lictor event`: fires a user event at the agents of a datacenter.

import type { Command, Options } from '../command/command.js';
import { fail, print } from '../command/command.js';
import { compilePattern } from '../command/pattern.js';
import { failWithHelp } from '../command/usage.js';
import { connect, parsed } from '../http/client.js';
import { CLIENT_FLAGS } from '../http/flags.js';
import { ownNode } from '../http/own-node.js';

const FILTERS = ['node', 'service', 'tag'];

export const command: Command = {
  usage: 'event [options] [payload]',
  about:
    'Fires a user event at all agents of the datacenter, or those that the filters choose; their watches see it.\n' +
    'It travels by gossip: it is small, its delivery likely but not certain, and it is kept nowhere.',
  flags: [
    ...CLIENT_FLAGS,
    { name: 'name', kind: 'string', usage: "The event's name." },
    { name: 'node', kind: 'string', usage: 'Only nodes whose name matches this regular expression.' },
    { name: 'service', kind: 'string', usage: 'Only nodes with a service that matches this regular expression.' },
    {
      name: 'tag',
      kind: 'string',
      usage: 'Only where that service has a tag that matches this regular expression; needs -service.',
    },
  ],
  async run(options: Options): Promise<number> {
    const name = options.text('name');
    if (name === '') return failWithHelp('Event name must be specified', command);
    const problem = filterProblem(options);
    if (problem !== null) return fail(problem);
    const [payload = ''] = options.words;
    if (options.words.length > 1) return failWithHelp('Too many command line arguments.', command);
    const connected = connect(options);
    if (!connected.ok) return fail(`Error connecting to Consul agent: ${connected.error}`);
    // Tells an agent that isn't there or refuses the token from an event that is refused.
    const self = await ownNode(connected.client);
    if (!self.ok) return fail(`Error querying Consul agent: ${self.error}`);
    const filters = FILTERS.filter((filter) => options.text(filter) !== '');
    const query = filters.map((filter) => [filter, options.text(filter)] as const);
    const answer = await connected.client.put(`/v1/event/fire/${encodeURIComponent(name)}`, query, payload);
    const fired = parsed<{ readonly ID: string }>(answer);
    if (!fired.ok) return fail(`Error firing event: ${fired.error}`);
    print(`Event ID: ${fired.value.ID}`);
    return 0;
  },
};

function filterProblem(options: Options): string | null {
  for (const filter of FILTERS) {
    if (filter === 'tag' && options.text('tag') !== '' && options.text('service') === '') {
      return 'Cannot provide tag filter without service filter.';
    }
    const compiled = compilePattern(options.text(filter));
    if (!compiled.ok) return `Failed to compile ${filter} filter regexp: ${compiled.error}`;
  }
  return null;
}
