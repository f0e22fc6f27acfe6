// The file of a unix socket listener: a stale one of a killed agent is replaced, a living one is an error; then owner and
// mode as configured (unix_sockets.*).

import fs from 'node:fs';
import net from 'node:net';

export interface SocketOwner {
  /** Name or number; "" = leave. */
  readonly user: string;
  readonly group: string;
  /** Octal; "" = leave. */
  readonly mode: string;
}

/** Removes a socket file that nobody listens on. */
export async function claimSocketPath(path: string): Promise<void> {
  let stat: fs.Stats;
  try {
    stat = fs.lstatSync(path);
  } catch {
    return;
  }
  if (!stat.isSocket()) throw new Error(`${path} exists and is not a socket`);
  if (await isListening(path)) throw new Error(`listen unix ${path}: bind: address already in use`);
  fs.unlinkSync(path);
}

function isListening(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = net.connect({ path });
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', () => resolve(false));
  });
}

export function settleSocketFile(path: string, owner: SocketOwner): void {
  if (owner.user !== '' || owner.group !== '') {
    fs.chownSync(path, lookUp('passwd', owner.user), lookUp('group', owner.group));
  }
  if (owner.mode !== '') fs.chmodSync(path, Number.parseInt(owner.mode, 8));
}

/** The number of a user or group of this machine; -1 leaves it as it is. */
function lookUp(database: 'passwd' | 'group', name: string): number {
  if (name === '') return -1;
  if (/^[0-9]+$/.test(name)) return Number(name);
  for (const line of fs.readFileSync(`/etc/${database}`, 'utf8').split('\n')) {
    const [entry, , number] = line.split(':');
    if (entry === name) return Number(number);
  }
  throw new Error(`unix_sockets: no entry for "${name}" in /etc/${database}`);
}
