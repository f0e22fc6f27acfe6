// Where the node programs are: stock Serf and memberlist are built from their Go modules once per test file, Debian's
// `serf` is installed, lictor's is compiled with the tests. A missing one is a failure in CI and a skip elsewhere.

import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before } from 'node:test';
import { fileURLToPath } from 'node:url';
import { repositoryRoot } from '../../data.js';

const BUILD_DEADLINE_MS = 300_000;
const GO_PLACES = ['/usr/local/go/bin', '/usr/lib/go/bin'];

export type Program = readonly [string, ...string[]];

function find(binary: string, more: readonly string[] = []): string | null {
  for (const place of [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/sbin', ...more]) {
    const file = path.join(place, binary);
    if (place !== '' && fs.existsSync(file)) return file;
  }
  return null;
}

/** Why the tests of a file are skipped: something they need isn't installed. False in CI: there they fail. */
export function skipWithout(...binaries: readonly string[]): string | false {
  if (process.env['CI'] !== undefined) return false;
  const missing = binaries.filter((binary) => find(binary, GO_PLACES) === null);
  return missing.length === 0 ? false : `not installed: ${missing.join(', ')}`;
}

export function goProgram(): string {
  const go = find('go', GO_PLACES);
  if (go === null) throw new Error('go is not installed, and in CI it has to be');
  return go;
}

/** Has the stock nodes built before the file's tests and removed after them. */
export function stockNodes(
  skip: string | false,
  of: 'gossip' | 'raft' | 'rpc' | 'api' | 'grpc' | 'prometheus' = 'gossip',
): Program {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lictor-stock-'));
  const program = path.join(folder, 'stock-node');
  after(() => fs.rmSync(folder, { recursive: true, force: true }));
  before(() => {
    if (skip !== false) return;
    execFileSync(goProgram(), ['build', '-mod=readonly', '-buildvcs=false', '-o', program, '.'], {
      cwd: path.join(repositoryRoot, `test/interop/${of}/go`),
      env: { ...process.env, GOTOOLCHAIN: 'local' },
      stdio: ['ignore', 'inherit', 'inherit'],
      timeout: BUILD_DEADLINE_MS,
    });
  });
  return [program];
}

export const lictorNodes: Program = [process.execPath, fileURLToPath(new URL('./lictor-node.js', import.meta.url))];
