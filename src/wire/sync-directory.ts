// A name that was created, renamed or removed is on the disk only when its directory is: syncing the file itself says nothing
// about where it is found after a power loss. For everybody who keeps files.

import { closeSync, fsyncSync, openSync } from 'node:fs';
import { open } from 'node:fs/promises';

/** The names in `directory` are durable when this resolves. */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The same where nothing runs yet that could be kept waiting. */
export function syncDirectoryNow(directory: string): void {
  const descriptor = openSync(directory, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
