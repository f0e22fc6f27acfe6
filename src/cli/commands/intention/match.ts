// `lictor intention match`: the intentions that concern a service, in the order in which they count.

import type { Command, Options } from '../../command/command.js';
import { fail, print } from '../../command/command.js';
import { type Intention, intentionLine } from '../../command/intention.js';
import { connect, serverQuery } from '../../http/client.js';
import { CLIENT_FLAGS, NAMESPACE_FLAG, PARTITION_FLAG, SERVER_FLAGS } from '../../http/flags.js';
import { INTENTIONS_PATH } from '../../http/intention-path.js';

export const command: Command = {
  usage: 'intention match [options] SRC_OR_DST',
  about:
    'Shows the intentions that match a service, as a destination unless -source is given, in the order in which they count.',
  flags: [
    ...CLIENT_FLAGS,
    ...SERVER_FLAGS,
    NAMESPACE_FLAG,
    PARTITION_FLAG,
    { name: 'destination', kind: 'bool', usage: 'Match by destination.' },
    { name: 'source', kind: 'bool', usage: 'Match by source.' },
  ],
  async run(options: Options): Promise<number> {
    const [name, ...more] = options.words;
    if (name === undefined || more.length > 0) return fail('Error: command requires exactly one argument: src or dst');
    const isSource = options.isOn('source');
    if (isSource && options.isOn('destination')) {
      return fail('Error: only one of -source or -destination may be specified');
    }
    const connected = connect(options);
    if (!connected.ok) return fail(`Error connecting to Consul agent: ${connected.error}`);
    const answer = await connected.client.json<{ readonly [name: string]: readonly Intention[] | null }>(
      `${INTENTIONS_PATH}/match`,
      [...serverQuery(options), ['by', isSource ? 'source' : 'destination'], ['name', name]],
    );
    if (!answer.ok) return fail(`Error matching the intentions: ${answer.error}`);
    for (const intention of Object.values(answer.value).flatMap((found) => found ?? [])) {
      print(intentionLine(intention));
    }
    return 0;
  },
};
