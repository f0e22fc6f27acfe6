// Ports to hand to another process: leased until this process ends, so that no second test, bench or copy of the project on
// the machine gets the same one, and taken from below the range that outgoing connections get theirs from.
//
// A lease is a socket that listens under a name in Linux' abstract namespace. Who binds it first has it, the kernel ends it
// with its process however that ends, and like the ports themselves it belongs to one network namespace.

import { randomInt } from 'node:crypto';
import dgram from 'node:dgram';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';

const LOWEST = 10_000;
const HIGHEST = 65_535;
const EPHEMERAL = '/proc/sys/net/ipv4/ip_local_port_range';
/** What the kernel starts with. */
const USUAL_EPHEMERAL = '32768 60999';

interface Range {
  readonly first: number;
  readonly last: number;
}

/** What is wide enough below the ephemeral ports, or above them where an administrator moved them down. */
export function leasedRange(ephemeral: string): Range {
  const [low = 0, high = 0] = ephemeral.trim().split(/\s+/).map(Number);
  const below = { first: LOWEST, last: low - 1 };
  const above = { first: Math.max(LOWEST, high + 1), last: HIGHEST };
  const wider = above.last - above.first > below.last - below.first ? above : below;
  return wider.last - wider.first >= 1_000 ? wider : { first: LOWEST, last: HIGHEST };
}

const range = leasedRange(fs.existsSync(EPHEMERAL) ? fs.readFileSync(EPHEMERAL, 'utf8') : USUAL_EPHEMERAL);
const width = range.last - range.first + 1;
let next = randomInt(width);

/** All different, free for TCP and UDP at every address, and this process's own until it ends. */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  for (let tries = 0; ports.length < count; tries += 1) {
    if (tries === width) throw new Error(`no free port from ${range.first} to ${range.last}`);
    const port = range.first + next;
    next = (next + 1) % width;
    if (await claimPort(port)) ports.push(port);
  }
  return ports;
}

export async function freePort(): Promise<number> {
  const [port = 0] = await freePorts(1);
  return port;
}

/** This one port; false when another process has it, by lease or in use. */
export async function claimPort(port: number): Promise<boolean> {
  return (await lease(port)) && (await isFree(port));
}

async function lease(port: number): Promise<boolean> {
  // Elsewhere there are no such names: there the chance of two choosers meeting stays.
  if (process.platform !== 'linux') return true;
  const holder = net.createServer((socket) => socket.destroy());
  if (!(await listens(holder, `\0lictor-port-${port}`))) return false;
  holder.unref();
  return true;
}

async function isFree(port: number): Promise<boolean> {
  const server = net.createServer();
  if (!(await listens(server, { port, host: '0.0.0.0', exclusive: true }))) return false;
  const socket = dgram.createSocket('udp4');
  try {
    socket.bind({ port, address: '0.0.0.0', exclusive: true });
    await once(socket, 'listening');
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    return false;
  } finally {
    socket.close();
    server.close();
    await once(server, 'close');
  }
}

/** False when the place is taken; any other reason is an error. */
async function listens(server: net.Server, place: string | net.ListenOptions): Promise<boolean> {
  server.listen(place);
  try {
    await once(server, 'listening');
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    return false;
  }
}
