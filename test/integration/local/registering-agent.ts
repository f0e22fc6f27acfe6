// A process that registers and removes services as fast as it can and says on stdout what was acknowledged, one line each:
// `+ id`, `- id`, or `! id text` for a refusal. Ended from outside. Arguments: data directory, first number.

import { openLocal } from '../../unit/workers/state/local/local-fixture.js';
import { registration, SECOND_NS } from '../../unit/workers/state/local/registrations.js';

const CONCURRENT = 32;
/** Every so many registrations one is removed again. */
const REMOVE_EVERY = 5;

const [dataDir = '', first = '0'] = process.argv.slice(2);
const { local } = await openLocal({ config: { dataDir }, level: 'error' });
let next = Number(first);

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function work(): Promise<void> {
  for (;;) {
    const number = next++;
    const id = `s${number}`;
    const checks = [{ TTL: 600 * SECOND_NS }, { HTTP: `http://10.0.0.1/${number}`, Interval: SECOND_NS }];
    const outcome = await local.registrar.registerService(
      registration({ ID: id, Service: 'web', Port: number }, checks),
    );
    say(outcome.ok ? `+ ${id}` : `! ${id} ${outcome.text}`);
    if (!outcome.ok && local.state.service(id)) say(`? ${id} is still there`);
    if (number % REMOVE_EVERY !== 0 || !outcome.ok) continue;
    const removed = await local.registrar.deregisterService(id);
    if (removed.ok) say(`- ${id}`);
  }
}

await Promise.all(Array.from({ length: CONCURRENT }, work));
