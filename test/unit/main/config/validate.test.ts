// What `validate` says to the 161 recorded inputs: same output, same verdict.

import assert from 'node:assert/strict';
import os from 'node:os';
import { describe, test } from 'node:test';
import { loadFiles } from '../../../../src/main/config/load.js';
import { maxOpenFiles } from '../../../../src/observe/open-files.js';
import { readJson } from '../../../data.js';
import { temporaryDirectory, writeFiles } from '../../../temporary.js';

interface Case {
  readonly name: string;
  readonly files: { readonly [name: string]: unknown };
  readonly args: readonly string[];
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Keys of the tutorials that a stock agent refuses and lictor takes, with what it says. */
const TAKEN: { readonly [name: string]: string } = {
  'old-recursor': "The 'recursor' field is deprecated. Use the 'recursors' field instead.\n",
  'old-statsd': "The 'statsd_addr' field is deprecated. Use the 'telemetry.statsd_address' field instead.\n",
  'old-statsite': "The 'statsite_addr' field is deprecated. Use the 'telemetry.statsite_address' field instead.\n",
  'old-ports-rpc': "The 'ports.rpc' field is deprecated and will be ignored.\n",
  'old-addresses-rpc': "The 'addresses.rpc' field is deprecated and will be ignored.\n",
};

/** Without bind address the verdict depends on the machine's: the one of the recording had one that is private. */
const NEEDS_PRIVATE_ADDRESS = new Set(['hcl-syntax']);
const PRIVATE_ADDRESS = { family: 'IPv4', address: '10.0.0.2', internal: false };

/** Lines of one list may come in any order; the descriptor limit is the machine's. */
function normal(text: string): string {
  return text
    .replace(/(\d+ errors occurred:\n)((?:\t\* .*\n)+)/g, (_, head: string, lines: string) => {
      return head + lines.split('\n').sort().join('\n');
    })
    .replace('max of 20000 file', `max of ${maxOpenFiles()} file`);
}

describe('validate', () => {
  const cases = readJson('config/config-validate.json') as readonly Case[];
  for (const recorded of cases) {
    test(recorded.name, (context) => {
      if (NEEDS_PRIVATE_ADDRESS.has(recorded.name)) {
        context.mock.method(os, 'networkInterfaces', () => ({ eth0: [PRIVATE_ADDRESS] }));
      }
      const folder = temporaryDirectory(context);
      writeFiles(folder, recorded.files);
      const home = process.cwd();
      context.after(() => process.chdir(home));
      process.chdir(folder);
      const result = loadFiles(recorded.args, '');
      const stderr = result.ok
        ? result.warnings.map((warning) => `${warning}\n`).join('')
        : `Config validation failed: ${result.error}\n`;
      const taken = TAKEN[recorded.name];
      assert.equal(normal(stderr), normal(taken ?? recorded.stderr));
      assert.equal(result.ok, taken !== undefined || recorded.code === 0);
    });
  }
});
