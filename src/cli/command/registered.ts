// What the table of commands says of one, and of a group of them.

import type { Command } from './command.js';

export interface Registered {
  readonly words: readonly string[];
  readonly synopsis: string;
  readonly load: () => Promise<{ readonly command: Command }>;
}

export interface Group {
  readonly words: readonly string[];
  /** Some of its commands take words beside their options. */
  readonly takesWords: boolean;
  /** What stands next behind its words is a group each. */
  readonly isOfGroups?: true;
  readonly synopsis: string;
}
