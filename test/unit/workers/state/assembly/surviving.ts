// Errors that come out of a turn uncaught, as the state worker takes them: logged. Takes the test runner's own ear away
// meanwhile, which would fail the test.

import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { Logger, LogSink } from '../../../../../src/observe/logger.js';
import { surviveSurprises } from '../../../../../src/observe/surprise.js';
import type { LogRecord } from '../../../../../src/wire/thread-port.js';
import { waitFor } from '../../../../agent-process.js';

/** The result waits until `count` errors with this text were logged. */
export function surviving(t: TestContext): (text: string, count?: number) => Promise<void> {
  const records: LogRecord[] = [];
  const others = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  const end = surviveSurprises(new Logger('agent', new LogSink('error', (record) => records.push(record))));
  t.after(() => {
    end();
    for (const listener of others) process.on('uncaughtException', listener);
  });
  return async (text, count = 1) => {
    const seen = () => records.filter(({ fields }) => String(fields).includes(text)).length;
    await waitFor(() => seen() >= count, `${count} errors '${text}'`);
    assert.equal(seen(), count);
  };
}
