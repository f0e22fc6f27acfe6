// Loopback addresses of a test's own: the second and third byte are the process's, so that test files running at the same
// time don't meet, and the port was free a moment ago for UDP and TCP alike.

import dgram from 'node:dgram';
import { once } from 'node:events';
import net from 'node:net';

const MOST_TRIES = 20;
let lastByte = 0;

export interface Place {
  readonly address: string;
  readonly port: number;
}

async function portFree(address: string): Promise<number | null> {
  const server = net.createServer().listen(0, address);
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  const socket = dgram.createSocket('udp4');
  try {
    socket.bind(port, address);
    await once(socket, 'listening');
    return port;
  } catch {
    return null;
  } finally {
    socket.close();
    server.close();
    await once(server, 'close');
  }
}

export async function freePlace(): Promise<Place> {
  lastByte = (lastByte % 250) + 1;
  const address = `127.${64 + ((process.pid >> 8) & 63)}.${process.pid & 255}.${lastByte}`;
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const port = await portFree(address);
    if (port !== null) return { address, port };
  }
  throw new Error(`no free port at ${address}`);
}
