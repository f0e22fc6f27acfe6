// Log lines: the text form scripts grep, and JSON.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { renderJson, renderText } from '../../../src/observe/log-render.js';
import type { LogRecord } from '../../../src/wire/thread-port.js';

const time = Date.UTC(2026, 0, 2, 3, 4, 5, 6);

function record(fields: LogRecord['fields'], level: LogRecord['level'] = 'info'): LogRecord {
  return { time, level, name: 'agent.dns', message: 'Started', fields };
}

/** Without the time, which depends on the zone. */
function line(one: LogRecord): string {
  return renderText(one).replace(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.006(?:Z|[+-]\d{4}) /, '');
}

describe('log lines', () => {
  test('levels are padded', () => {
    assert.equal(line(record([])), '[INFO]  agent.dns: Started\n');
    assert.equal(line(record([], 'error')), '[ERROR] agent.dns: Started\n');
    assert.equal(line(record([], 'trace')), '[TRACE] agent.dns: Started\n');
  });

  test('values are quoted when they must be', () => {
    const fields = ['a', 1, 'b', 'x y', 'c', 'k=v', 'd', ['p', 'q r'], 'e', true, 'f', ''];
    assert.equal(line(record(fields)), '[INFO]  agent.dns: Started: a=1 b="x y" c="k=v" d=["p", "q r"] e=true f=\n');
  });

  test('values of several lines stand below', () => {
    assert.equal(line(record(['error', 'one\ntwo\n'])), '[INFO]  agent.dns: Started:\n  error=\n  | one\n  | two\n');
  });

  test('control characters are shown, not sent to the terminal', () => {
    const hostile = 'a\u001b[2Jb';
    assert.equal(line(record(['id', hostile])), '[INFO]  agent.dns: Started: id="a\\x1b[2Jb"\n');
    assert.equal(
      line(record(['id', `one\r\n${hostile}\ttab`])),
      '[INFO]  agent.dns: Started:\n  id=\n  | one\\r\n  | a\\x1b[2Jb\ttab\n',
    );
    assert.doesNotMatch(renderJson(record(['id', hostile])), /[^\x20-\x7e\n]/);
  });

  test('so are invisible characters of any alphabet, and letters of any stay', () => {
    const fields = ['name', 'Größe', 'hidden', 'a\u200bb', 'blank', 'a\u00a0b', 'text', 'é\n\u202ez é'];
    assert.equal(
      line(record(fields)),
      '[INFO]  agent.dns: Started: name=Größe hidden="a\\u200bb" blank="a\\u00a0b"\n  text=\n  | é\n  | \\u202ez é\n',
    );
  });

  test('JSON sorts what comes after the fixed keys', () => {
    const text = renderJson(record(['z', 'x y', 'a', 1n, 'l', ['p']]));
    assert.match(text, /"@timestamp":"[^"]+\.006000(?:Z|[+-]\d\d:\d\d)"/);
    assert.deepEqual(Object.keys(JSON.parse(text) as object), [
      '@level',
      '@message',
      '@module',
      '@timestamp',
      'a',
      'l',
      'z',
    ]);
    assert.ok(text.endsWith('}\n'));
  });
});
