// `lictor monitor`: the agent's log as it comes, until interrupted.

import type { Command, Options } from '../command/command.js';
import { fail } from '../command/command.js';
import { connect } from '../http/client.js';
import { CLIENT_FLAGS } from '../http/flags.js';

export const command: Command = {
  usage: 'monitor [options]',
  about: 'Shows the log of an agent as it comes, at a level of its own.',
  flags: [
    ...CLIENT_FLAGS,
    { name: 'log-json', kind: 'bool', usage: 'Lines as JSON.' },
    { name: 'log-level', kind: 'string', usage: 'trace, debug, info, warn or err. Default info.' },
  ],
  async run(options: Options): Promise<number> {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(0));
    const connected = connect(options);
    if (!connected.ok) return fail(`Error connecting to Consul agent: ${connected.error}`);
    const stream = await connected.client.stream('/v1/agent/monitor', [
      ['loglevel', options.text('log-level') || 'info'],
      ...(options.isOn('log-json') ? [['logjson', 'true'] as const] : []),
    ]);
    if (!stream.ok) return fail(`Error starting monitor: ${stream.error}`);
    try {
      for await (const chunk of stream.response) process.stdout.write(chunk as Buffer);
    } catch {
      // The agent's end looks like a broken stream; it is told below.
    }
    return fail('\nRemote side ended the monitor! This usually means that the\nremote side has exited or crashed.');
  },
};
