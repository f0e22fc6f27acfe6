// `lictor intention get`: shows the intention between two services, or the one of an ID.

import type { Command, Options } from '../../command/command.js';
import { fail, print } from '../../command/command.js';
import { actionOf, type Intention } from '../../command/intention.js';
import { formatTable } from '../../command/table.js';
import { connect, serverQuery } from '../../http/client.js';
import { CLIENT_FLAGS, NAMESPACE_FLAG, PARTITION_FLAG, SERVER_FLAGS } from '../../http/flags.js';
import { EXACT_PATH, intentionPath, pairQuery } from '../../http/intention-path.js';

export const command: Command = {
  usage: 'intention get [options] SRC DST | ID',
  about: 'Shows the intention between two services, or the one of an ID.',
  flags: [...CLIENT_FLAGS, ...SERVER_FLAGS, NAMESPACE_FLAG, PARTITION_FLAG],
  async run(options: Options): Promise<number> {
    const [first, second, ...more] = options.words;
    if (first === undefined || more.length > 0) return fail('Error: command requires one or two arguments');
    const connected = connect(options);
    if (!connected.ok) return fail(`Error connecting to Consul agent: ${connected.error}`);
    const { client } = connected;
    const answer =
      second === undefined
        ? await client.json<Intention>(intentionPath(first), serverQuery(options))
        : await client.json<Intention>(EXACT_PATH, pairQuery(options, first, second));
    if (!answer.ok) return fail(`Error reading the intention: ${answer.error}`);
    print(formatTable(rowsOf(answer.value)));
    return 0;
  },
};

function rowsOf(intention: Intention): readonly (readonly string[])[] {
  const { SourceName, DestinationName, ID, Description, Meta, CreatedAt } = intention;
  return [
    ['Source:', SourceName],
    ['Destination:', DestinationName],
    ['Action:', actionOf(intention)],
    ...(ID ? [['ID:', ID]] : []),
    ...(Description ? [['Description:', Description]] : []),
    ...Object.entries(Meta ?? {}).map(([key, value]) => [`Meta[${key}]:`, value]),
    ...(CreatedAt ? [['Created At:', CreatedAt]] : []),
  ];
}
