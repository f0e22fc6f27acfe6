// What has to go when the run ends, however it ends: processes are killed and directories removed, on Ctrl-C too.

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const INTERRUPTED_EXIT_CODE = 130;
const pending = new Set<() => void>();

/** `undo` must be synchronous. The returned function does it now, once. */
export function cleanUpLater(undo: () => void): () => void {
  pending.add(undo);
  return () => {
    if (pending.delete(undo)) undo();
  };
}

function cleanUpNow(): void {
  for (const undo of [...pending].reverse()) {
    pending.delete(undo);
    undo();
  }
}

/** From here on whatever ends this process, a surprise included, leaves nothing behind. */
export function cleanUpAtExit(): void {
  process.on('exit', cleanUpNow);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => process.exit(INTERRUPTED_EXIT_CODE));
  }
}

/** A directory of its own, and the function that removes it. */
export function temporaryDirectory(): { readonly directory: string; readonly remove: () => void } {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'lictor-bench-'));
  const remove = cleanUpLater(() => fs.rmSync(directory, { recursive: true, force: true, maxRetries: 5 }));
  return { directory, remove };
}
