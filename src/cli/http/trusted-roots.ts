// Whom a command trusts that is told no CA: Node's roots, and those of the file that NODE_EXTRA_CA_CERTS names. The launcher
// keeps that name from Node, which would read the file at every start, and the program puts it back (cli/main.ts).

import fs from 'node:fs';
import { rootCertificates } from 'node:tls';

/** PEM texts; null for Node's own. */
export function trustedRoots(environment: NodeJS.ProcessEnv = process.env): readonly string[] | null {
  const file = environment['NODE_EXTRA_CA_CERTS'] ?? '';
  if (file === '') return null;
  try {
    return [...rootCertificates, fs.readFileSync(file, 'utf8')];
  } catch (error) {
    process.emitWarning(`Ignoring extra certs from \`${file}\`: ${(error as Error).message}`);
    return null;
  }
}
