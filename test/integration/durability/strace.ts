// Runs programs under strace, which writes down in which order they ask the kernel for what matters here. The tracer is the
// program's grandchild: the program itself is started, signalled and waited for as without it.

import fs from 'node:fs';
import { waitFor } from '../../agent-process.js';
import { Trace } from './trace.js';

const CALLS =
  'openat,open,creat,write,pwrite64,writev,pwritev,sendto,sendmsg,fsync,fdatasync,sync_file_range,ftruncate,close,' +
  'rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat';
/** Of a text that is written; what the tests look for stands near the beginning. */
const SHOWN_BYTES = 4096;
const END_DEADLINE_MS = 60_000;

/** Why the tests of a file are skipped. False in CI: there they fail where strace isn't installed. */
export const skipWithoutStrace: string | false =
  process.env['CI'] !== undefined ||
  (process.env['PATH'] ?? '').split(':').some((place) => fs.existsSync(`${place}/strace`))
    ? false
    : 'strace is not installed';

/** What to put in front of a program and its arguments. */
export function straceTo(file: string): readonly string[] {
  return ['strace', '-D', '-f', '--seccomp-bpf', '-y', '-s', String(SHOWN_BYTES), '-e', `trace=${CALLS}`, '-o', file];
}

/** The whole trace, once the program has ended. */
export async function traceIn(file: string): Promise<Trace> {
  let text = '';
  const isWhole = (): boolean => {
    text = fs.readFileSync(file, 'utf8');
    const main = /^\d+/.exec(text)?.[0] ?? '';
    return new RegExp(`^${main} +\\+\\+\\+ (exited|killed)`, 'm').test(text);
  };
  await waitFor(isWhole, 'strace to write the end of its trace', END_DEADLINE_MS);
  return new Trace(text);
}
