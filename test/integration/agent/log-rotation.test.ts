// The log file of a whole agent: turned by size and by age, old ones kept or not (log_rotate_bytes, log_rotate_duration,
// log_rotate_max_files); whatever is kept says what stdout says.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { startAgent, waitFor } from '../../agent-process.js';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lictor-rotation-'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));

const DEADLINE_MS = 60_000;
const ROTATE_BYTES = 1500;
const LONGEST_LINE = 500;

/** What the archives and the file hold, oldest first, and what the agent wrote to stdout. */
interface Written {
  readonly files: readonly string[];
  readonly stdout: string;
}

interface Logging {
  readonly directory: string;
  /** Bytes that went to stdout so far. */
  readonly bytes: number;
}

function archivesIn(directory: string): readonly string[] {
  return fs
    .readdirSync(directory)
    .filter((name) => /^consul-\d{19}\.log$/.test(name))
    .sort();
}

/** An agent with these rules registers services, each of which it says, until `condition` holds; then it is stopped. */
async function logUntil(rules: string, condition: (logging: Logging) => boolean, what: string): Promise<Written> {
  const directory = fs.mkdtempSync(path.join(folder, 'logs-'));
  const agent = await startAgent({ args: ['-dev', '-log-level=info', `-log-file=${directory}/`, '-hcl', rules] });
  let port = 0;
  const register = async (): Promise<boolean> => {
    port += 1;
    const body = JSON.stringify({ Name: 'web', Port: port });
    assert.equal((await agent.request('PUT', '/v1/agent/service/register', body)).status, 200);
    return condition({ directory, bytes: agent.output.length });
  };
  try {
    await waitFor(register, what, DEADLINE_MS);
  } finally {
    await agent.stop();
  }
  const names = [...archivesIn(directory), 'consul.log'];
  assert.deepEqual(fs.readdirSync(directory).sort(), [...names].sort());
  const files = names.map((name) => path.join(directory, name));
  for (const file of files) assert.equal(fs.statSync(file).mode & 0o777, 0o640);
  // The banner stands before the first line.
  const stdout = agent.output.slice(agent.output.indexOf('\n20') + 1);
  return { files: files.map((file) => fs.readFileSync(file, 'utf8')), stdout };
}

test('by size, all of them kept: together they say what stdout says', async () => {
  const { files, stdout } = await logUntil(
    `log_rotate_bytes = ${ROTATE_BYTES}`,
    ({ directory }) => archivesIn(directory).length >= 3,
    'three archives',
  );
  assert.equal(files.join(''), stdout);
  for (const file of files.slice(0, -1)) {
    assert.ok(file.length >= ROTATE_BYTES && file.length < ROTATE_BYTES + LONGEST_LINE, `${file.length} bytes`);
  }
});

test('by age, whatever the size', async () => {
  const { files, stdout } = await logUntil(
    'log_rotate_duration = "1s"',
    ({ directory }) => archivesIn(directory).length >= 2,
    'two archives',
  );
  assert.equal(files.join(''), stdout);
});

test('neither by size nor by age within a day, if nothing is said', async () => {
  const { files, stdout } = await logUntil('', ({ bytes }) => bytes > 5 * ROTATE_BYTES, 'lines');
  assert.deepEqual(files, [stdout]);
});

test('the newest archives are kept, as many as log_rotate_max_files says', async () => {
  const seen = new Set<string>();
  const { files, stdout } = await logUntil(
    `log_rotate_bytes = ${ROTATE_BYTES} log_rotate_max_files = 2`,
    ({ directory }) => {
      for (const name of archivesIn(directory)) seen.add(name);
      return seen.size >= 5;
    },
    'five archives, one after the other',
  );
  assert.equal(files.length, 3, 'two archives and the file');
  assert.ok(stdout.endsWith(files.join('')), 'the newest ones');
});

test('a negative log_rotate_max_files keeps no archive', async () => {
  const { files, stdout } = await logUntil(
    `log_rotate_bytes = ${ROTATE_BYTES} log_rotate_max_files = -1`,
    ({ bytes }) => bytes > 5 * ROTATE_BYTES,
    'several times the size',
  );
  assert.equal(files.length, 1);
  const [file = ''] = files;
  assert.ok(stdout.endsWith(file) && file.length < ROTATE_BYTES + LONGEST_LINE, `${file.length} bytes`);
});
