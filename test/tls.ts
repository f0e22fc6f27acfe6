// Certificates for tests: a root, what it has signed, and settings made of both. Made by the project's own code, judged by
// OpenSSL's: Node's, curl's and the openssl program's.

import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { PrivateKey } from '../src/certificates/certificates.js';
import { makeAgentRoot, makeKey, keyPem, readCertificate, signAgentLeaf } from '../src/certificates/certificates.js';
import type { TlsStanza } from '../src/wire/config.js';

const DAY_MS = 86_400_000;

export const NO_TLS: TlsStanza = {
  caFile: '',
  caPath: '',
  certFile: '',
  keyFile: '',
  cipherSuites: [],
  minVersion: 'TLSv1_2',
  verifyIncoming: false,
  verifyOutgoing: false,
  verifyServerHostname: false,
  useAutoCert: false,
  material: { ca: [], cert: '', key: '', ticketKeys: new Uint8Array(0) },
};

export interface Pair {
  readonly cert: string;
  readonly key: string;
}

/** `fromMs`, `toMs`: from now on. */
interface LeafOptions {
  readonly fromMs?: number;
  readonly toMs?: number;
}

function serialNumber(): bigint {
  return BigInt(`0x${randomBytes(8).toString('hex')}`) >> 1n;
}

export class TestAuthority {
  readonly pem: string;
  readonly #key: PrivateKey;

  private constructor(pem: string, key: PrivateKey) {
    this.pem = pem;
    this.#key = key;
  }

  static async make(name = 'test CA'): Promise<TestAuthority> {
    const key = await makeKey('ec', 256);
    const now = Date.now();
    const pem = await makeAgentRoot({
      key,
      serialNumber: serialNumber(),
      name,
      names: { dns: [], addresses: [], uris: [] },
      notBeforeMs: now - 3 * DAY_MS,
      notAfterMs: now + 30 * DAY_MS,
      permittedDomains: [],
    });
    return new TestAuthority(pem, key);
  }

  /** For both sides of a connection, and 127.0.0.1. */
  async leaf(names: readonly string[], { fromMs = -DAY_MS, toMs = DAY_MS }: LeafOptions = {}): Promise<Pair> {
    const key = await makeKey('ec', 256);
    const leaf = {
      key,
      serialNumber: serialNumber(),
      name: names[0] ?? 'nobody',
      names: { dns: names, addresses: [Uint8Array.of(127, 0, 0, 1)], uris: [] },
      notBeforeMs: Date.now() + fromMs,
      notAfterMs: Date.now() + toMs,
      usages: ['server', 'client'] as const,
    };
    return { cert: await signAgentLeaf(leaf, readCertificate(this.pem), this.#key), key: keyPem(key) };
  }

  stanza({ cert, key }: Pair, settings: Partial<TlsStanza> = {}): TlsStanza {
    const material = { ca: [this.pem], cert, key, ticketKeys: randomBytes(48) };
    return { ...NO_TLS, material, ...settings };
  }

  /** The three files in a folder, under these names; their settings in HCL. */
  write(folder: string, { cert, key }: Pair, name = 'agent'): string {
    const files = [`${name}-ca.pem`, `${name}.pem`, `${name}-key.pem`].map((file) => path.join(folder, file));
    for (const [at, text] of [this.pem, cert, key].entries()) fs.writeFileSync(files[at] ?? '', text);
    return `ca_file = "${files[0]}"\ncert_file = "${files[1]}"\nkey_file = "${files[2]}"\n`;
  }
}
