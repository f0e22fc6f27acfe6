// A process of its own that runs every command of `lictor operator` against the address it is given, once for each of so many
// answers, which it asks for by their number as its token. What each said goes to the channel: in a test's own process others
// write to the same streams.

import { type Command, Options } from '../../../src/cli/command/command.js';
import { command as getConfig } from '../../../src/cli/commands/operator/autopilot-get-config.js';
import { command as setConfig } from '../../../src/cli/commands/operator/autopilot-set-config.js';
import { command as state } from '../../../src/cli/commands/operator/autopilot-state.js';
import { command as listPeers } from '../../../src/cli/commands/operator/raft-list-peers.js';
import { command as transferLeader } from '../../../src/cli/commands/operator/raft-transfer-leader.js';
import { command as usage } from '../../../src/cli/commands/operator/usage-instances.js';

export interface Heard {
  readonly name: string;
  readonly answer: number;
  readonly code: number;
  readonly said: string;
}

const COMMANDS: { readonly [name: string]: Command } = {
  'get-config': getConfig,
  'set-config': setConfig,
  state,
  'list-peers': listPeers,
  'transfer-leader': transferLeader,
  'usage instances': usage,
};

const [address = '', answers = '0'] = process.argv.slice(2);
let said = '';
for (const stream of [process.stdout, process.stderr]) {
  stream.write = (text: unknown): boolean => {
    said += String(text);
    return true;
  };
}
for (const [name, command] of Object.entries(COMMANDS)) {
  for (let answer = 0; answer < Number(answers); answer += 1) {
    said = '';
    const options = new Options(
      new Map([
        ['http-addr', address],
        ['token', String(answer)],
      ]),
      [],
    );
    const code = await command.run(options).catch((error: unknown) => {
      said += String(error);
      return 2;
    });
    process.send?.({ name, answer, code, said } satisfies Heard);
  }
}
process.disconnect?.();
