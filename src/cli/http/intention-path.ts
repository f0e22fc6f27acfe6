// Where the agent has intentions.

import type { Options } from '../command/command.js';
import { type Query, serverQuery } from './client.js';

export const INTENTIONS_PATH = '/v1/connect/intentions';
export const EXACT_PATH = `${INTENTIONS_PATH}/exact`;

export function intentionPath(id: string): string {
  return `${INTENTIONS_PATH}/${encodeURIComponent(id)}`;
}

/** The question about two services. */
export function pairQuery(options: Options, source: string, destination: string): Query {
  return [...serverQuery(options), ['source', source], ['destination', destination]];
}
