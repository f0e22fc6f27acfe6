// A directory of a test's own that is gone when the test is over.

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';

export function temporaryDirectory(context: TestContext): string {
  const folder = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'lictor-test-'));
  context.after(() => fs.rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes `name: text or value` into `folder`; values as JSON. */
export function writeFiles(folder: string, files: { readonly [name: string]: unknown }): void {
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(folder, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  }
}
