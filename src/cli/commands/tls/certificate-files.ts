// What `tls ca create` and `tls cert create` have in common: serial numbers, names, and files that are never written over.

import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { isIPv4, isIPv6 } from 'node:net';
import { errnoText } from '../../../gotext/errno.js';
import { fail, print } from '../../command/command.js';

const SERIAL_BYTES = 16;
const DAY_MS = 86_400_000;
const CERTIFICATE_MODE = 0o644;
const KEY_MODE = 0o600;

/** Positive, and so long that no two are the same. */
export function newSerialNumber(): bigint {
  return BigInt(`0x${randomBytes(SERIAL_BYTES).toString('hex')}`) >> 1n;
}

/** From now on. */
export function validFor(days: number): { readonly notBeforeMs: number; readonly notAfterMs: number } {
  const notBeforeMs = Date.now();
  return { notBeforeMs, notAfterMs: notBeforeMs + days * DAY_MS };
}

/** As certificates hold an address; null where it is none. */
export function addressBytes(text: string): Uint8Array | null {
  if (isIPv4(text)) return Uint8Array.from(text.split('.'), Number);
  if (!isIPv6(text) || text.includes('%')) return null;
  // The URL parser writes the last 32 bits in hex, too.
  const address = new URL(`http://[${text}]`).hostname.slice(1, -1);
  const [head = '', tail] = address.split('::');
  const groups = (part: string): string[] => (part === '' ? [] : part.split(':'));
  const [before, after] = [groups(head), groups(tail ?? '')];
  const middle = tail === undefined ? [] : new Array<string>(8 - before.length - after.length).fill('0');
  const bytes = Buffer.alloc(16);
  for (const [at, group] of [...before, ...middle, ...after].entries())
    bytes.writeUInt16BE(Number.parseInt(group, 16), at * 2);
  return bytes;
}

/** Certificates hold names in ASCII; null: all of them are. */
export function namesProblem(names: readonly string[]): string | null {
  const bad = names.find((name) => !/^[\x21-\x7e]+$/.test(name));
  return bad === undefined ? null : `x509: ${JSON.stringify(bad)} cannot be encoded as an IA5String`;
}

/** Both or, told of on stderr, none. The exit code. */
export function saveCertificate(
  certificate: { readonly file: string; readonly pem: string },
  key: { readonly file: string; readonly pem: string },
): number {
  const written: string[] = [];
  try {
    for (const [{ file, pem }, mode] of [
      [certificate, CERTIFICATE_MODE],
      [key, KEY_MODE],
    ] as const) {
      fs.writeFileSync(file, pem, { mode, flag: 'wx' });
      written.push(file);
    }
  } catch (error) {
    for (const file of written) fs.rmSync(file, { force: true });
    const file = written.length === 0 ? certificate.file : key.file;
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return fail(`${file} already exists.`);
    return fail(`open ${file}: ${errnoText(error)}`);
  }
  for (const file of written) print(`==> Saved ${file}`);
  return 0;
}
