// Node's TLS and the classes of its crypto, loaded by the first call: agents without TLS never need them, and each thread that
// loads them pays for it.

import { createRequire } from 'node:module';

const load = createRequire(import.meta.url);

export function nodeTls(): typeof import('node:tls') {
  return load('node:tls') as typeof import('node:tls');
}

export function nodeCrypto(): typeof import('node:crypto') {
  return load('node:crypto') as typeof import('node:crypto');
}
