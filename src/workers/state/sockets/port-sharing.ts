// Several threads on one port: each has a listener of its own, and the kernel gives every connection, or every datagram's sender,
// to one of them (SO_REUSEPORT). The first thread makes sure that no other program is there: among listeners that share, a
// second agent on the port would go unnoticed.

import dgram from 'node:dgram';
import { once } from 'node:events';
import net from 'node:net';
import type { ClientCounts } from './client-counts.js';

/** `first`: makes sure that the port is free. `beside`: the first is there already. */
export type PortSharing = 'alone' | 'first' | 'beside';

/** What the threads on a port have in common. */
export interface SharedPort {
  readonly place: 'first' | 'beside';
  /** They count their clients together. */
  readonly clients: ClientCounts;
}

/** The port, or the one that the system picked for 0; rejects when somebody is there. */
export async function freeTcpPort(address: string, port: number): Promise<number> {
  const server = net.createServer();
  server.listen({ host: address, port });
  await once(server, 'listening');
  const bound = server.address();
  server.close();
  await once(server, 'close');
  return typeof bound === 'object' && bound !== null ? bound.port : port;
}

/** The same for datagrams. */
export async function freeUdpPort(address: string, port: number): Promise<number> {
  const socket = dgram.createSocket(address.includes(':') ? 'udp6' : 'udp4');
  socket.bind(port, address);
  await once(socket, 'listening');
  const bound = socket.address();
  socket.close();
  await once(socket, 'close');
  return bound.port;
}
