// What openssl makes of certificates: another implementation that must agree.

import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { temporaryDirectory } from './temporary.js';

function openssl(args: readonly string[], input = ''): { readonly ok: boolean; readonly text: string } {
  const { status, stdout, stderr, error } = spawnSync('openssl', args, { input, encoding: 'utf8' });
  if (error) throw error;
  return { ok: status === 0, text: `${stdout}${stderr}` };
}

/** `openssl x509 -text`. */
export function certificateText(pem: string): string {
  return openssl(['x509', '-noout', '-text'], pem).text;
}

/** Whether the first certificate of `chain` leads to the root by way of the others of it. */
export function leadsTo(context: TestContext, chain: string, root: string): boolean {
  const folder = temporaryDirectory(context);
  const write = (name: string, text: string): string => {
    const file = path.join(folder, name);
    fs.writeFileSync(file, text);
    return file;
  };
  const args = ['verify', '-no-CAfile', '-no-CApath', '-CAfile', write('root.pem', root)];
  const files = ['-untrusted', write('chain.pem', chain), write('leaf.pem', chain)];
  return openssl([...args, ...files]).ok;
}
