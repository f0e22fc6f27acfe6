// Loopback addresses of a test's own: the second and third byte are the process's, so that test files running at the same
// time don't meet.

import { freePort } from '../../ports.js';

let lastByte = 0;

export interface Place {
  readonly address: string;
  readonly port: number;
}

export async function freePlace(): Promise<Place> {
  lastByte = (lastByte % 250) + 1;
  const address = `127.${64 + ((process.pid >> 8) & 63)}.${process.pid & 255}.${lastByte}`;
  return { address, port: await freePort() };
}
