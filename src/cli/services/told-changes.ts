// What a command says of services that it registers or removes: a line for each as long as they can be read, else a bar and how
// many there were; what failed, always.

import { fail, print } from '../command/command.js';
import type { Client } from '../http/client.js';
import { type Changes, changeServices } from './changed-services.js';
import { Progress } from './progress.js';

const WORDS = {
  register: { doing: 'registering', done: 'Registered' },
  deregister: { doing: 'deregistering', done: 'Deregistered' },
} as const;
/** More lines than this nobody reads. */
const MAX_LINES = 100;

export interface ToldChanges extends Omit<Changes, 'told'> {
  /** The line of one that was done; "Registered service: web". */
  readonly line: (change: Changes['all'][number]) => string;
}

/** True when all were done. */
export async function tellChanges(client: Client, changes: ToldChanges): Promise<boolean> {
  const { action, all, line } = changes;
  const { doing, done } = WORDS[action];
  const isShort = all.length <= MAX_LINES;
  const progress = new Progress(done.replace(/ed$/, 'ing'), all.length);
  let good = 0;
  const unfinished = await changeServices(client, {
    ...changes,
    told: (change, error) => {
      if (error === null) {
        good += 1;
        if (isShort) print(line(change));
        else progress.advance();
        return;
      }
      progress.clear();
      fail(`Error ${doing} service "${change.name}": ${error}`);
    },
  });
  progress.clear();
  if (unfinished !== null) fail(`Error ${doing} services: ${unfinished}`);
  if (good === all.length) {
    if (!isShort) print(`${done} ${good} services`);
    return true;
  }
  if (all.length > 1) fail(`${done} ${good} of ${all.length} services`);
  return false;
}
