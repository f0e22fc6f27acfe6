// Runs the named suites (folders of compiled tests) one after the other with node's own runner, and closes with one line
// that counts every test of all of them. Exit status 1 when anything failed or nothing ran.

import fs from 'node:fs';
import path from 'node:path';
import { run } from 'node:test';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
/** Suites whose tests start processes and want the machine to themselves. */
const SERIAL = new Set(['integration', 'interop', 'conformance']);
const FILE_TIMEOUT_MS = 30 * 60_000;

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

function testFiles(folder: string): string[] {
  if (!fs.existsSync(folder)) return [];
  return fs
    .readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.js'))
    .map((name) => path.join(folder, name))
    .sort();
}

async function runSuite(suite: string, counts: Counts): Promise<void> {
  const files = testFiles(path.join(here, suite));
  const started = Date.now();
  const before = { ...counts };
  const stream = run({
    files,
    concurrency: SERIAL.has(suite) ? 1 : 2,
    timeout: FILE_TIMEOUT_MS,
  });
  stream.on('test:pass', (data) => {
    if (data.details.type === 'suite' || isFile(data)) return;
    if (data.skip !== undefined) {
      counts.skipped += 1;
      console.log(`  skipped: ${data.name} ${typeof data.skip === 'string' ? `(${data.skip})` : ''}`);
    } else counts.passed += 1;
  });
  stream.on('test:fail', (data) => {
    if (data.details.type === 'suite') return;
    counts.failed += 1;
    console.log(`  FAILED: ${data.name}  [${data.file ? path.relative(here, data.file) : suite}:${data.line ?? 0}]`);
    const error: unknown = data.details.error;
    console.log(indent(describe(error)));
  });
  stream.on('test:stderr', (data) => process.stderr.write(data.message));
  for await (const _event of stream) {
    // draining the stream runs the tests
  }
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  console.log(
    `# ${suite}: ${counts.passed - before.passed} passed, ${counts.failed - before.failed} failed in ${seconds} s (${files.length} files)`,
  );
}

/** The runner reports each file as a test of its own; only what is inside counts. */
function isFile(data: { readonly name: string }): boolean {
  return data.name.endsWith('.test.js');
}

function describe(error: unknown): string {
  if (error instanceof Error)
    return error.cause instanceof Error ? describe(error.cause) : (error.stack ?? error.message);
  return String(error);
}

function indent(text: string): string {
  return text
    .split('\n')
    .slice(0, 40)
    .map((line) => `    ${line}`)
    .join('\n');
}

const counts: Counts = { passed: 0, failed: 0, skipped: 0 };
for (const suite of process.argv.slice(2)) await runSuite(suite, counts);
const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
console.log(`${counts.passed} passed, ${counts.failed} failed${skipped}`);
process.exit(counts.failed > 0 || counts.passed === 0 ? 1 : 0);
