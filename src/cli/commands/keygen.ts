// `lictor keygen`: a key for encrypted gossip.

import { randomBytes } from 'node:crypto';
import type { Command } from '../command/command.js';
import { print } from '../command/command.js';

const KEY_BYTES = 32;

export const command: Command = {
  usage: 'keygen',
  about: 'Makes a random key for encrypted gossip, for the -encrypt flag of the agent.',
  flags: [],
  async run(): Promise<number> {
    print(randomBytes(KEY_BYTES).toString('base64'));
    return 0;
  },
};
