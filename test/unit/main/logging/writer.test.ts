// Where log lines go: held back until the gate opens, then to the output and the file; rotation.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import type { LineOutput } from '../../../../src/main/logging/standard-output.js';
import { LogWriter } from '../../../../src/main/logging/writer.js';
import type { RuntimeConfig } from '../../../../src/wire/config.js';
import { temporaryDirectory } from '../../../temporary.js';

const LOG: RuntimeConfig['log'] = {
  level: 'info',
  levelText: 'info',
  json: false,
  file: '',
  rotateBytes: 0,
  rotateDurationMs: 24 * 3600e3,
  rotateMaxFiles: 0,
  syslog: false,
  syslogFacility: 'LOCAL0',
};

function output(): { stream: LineOutput & { backlog: number }; text: () => string } {
  let text = '';
  const stream = {
    backlog: 0,
    write(line: string): void {
      text += line;
    },
    async close(): Promise<void> {},
  };
  return { stream, text: () => text };
}

function write(writer: LogWriter, message: string): void {
  writer.write({ time: Date.now(), level: 'info', name: 'agent', message, fields: [] });
}

describe('the log', () => {
  test('waits for the gate, keeps the order', async () => {
    const { stream, text } = output();
    const writer = new LogWriter(LOG, stream);
    write(writer, 'first');
    assert.equal(text(), '');
    writer.open();
    write(writer, 'second');
    await writer.close();
    assert.match(text(), /agent: first\n.*agent: second\n$/);
  });

  test('goes to the file as well', async (context) => {
    const file = path.join(temporaryDirectory(context), 'a.log');
    const { stream, text } = output();
    const writer = new LogWriter({ ...LOG, file }, stream);
    writer.open();
    for (let at = 0; at < 100; at += 1) write(writer, `line ${at}`);
    await writer.close();
    assert.equal(fs.readFileSync(file, 'utf8'), text());
    assert.equal(text().split('\n').length, 101);
    assert.equal(fs.statSync(file).mode & 0o777, 0o640 & ~process.umask());
  });

  test('drops lines when nobody reads, and says how many', () => {
    const { stream, text } = output();
    const writer = new LogWriter(LOG, stream);
    writer.open();
    stream.backlog = Number.MAX_SAFE_INTEGER;
    write(writer, 'lost');
    write(writer, 'lost too');
    stream.backlog = 0;
    write(writer, 'kept');
    assert.match(text(), /^\(2 log lines were dropped\)\n\S+ \[INFO\] {2}agent: kept\n$/);
  });

  test('rotates by size and keeps the newest archives', async (context) => {
    const folder = temporaryDirectory(context);
    const { stream } = output();
    const rules = { ...LOG, file: `${folder}/a.log`, rotateBytes: 100, rotateMaxFiles: 2 };
    const writer = new LogWriter(rules, stream);
    writer.open();
    for (let at = 0; at < 40; at += 1) write(writer, `line ${at}`);
    await writer.close();
    const names = fs.readdirSync(folder).sort();
    assert.equal(names.length, 3);
    assert.ok(names.every((name) => /^a(?:-\d+)?\.log$/.test(name)));
    const all = names.map((name) => fs.readFileSync(path.join(folder, name), 'utf8'));
    assert.ok(all.join('').includes('line 39'));
    // Before a write: a file ends with the line that filled it.
    for (const text of all) assert.ok(text.length < 100 + 60, text);
  });

  test('a directory in place of a name gets the usual name', async (context) => {
    const folder = temporaryDirectory(context);
    const writer = new LogWriter({ ...LOG, file: `${folder}/` }, output().stream);
    writer.open();
    write(writer, 'x');
    await writer.close();
    assert.deepEqual(fs.readdirSync(folder), ['consul.log']);
  });
});
