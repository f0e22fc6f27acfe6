// What must hold of a trace for something to be durable: its bytes are synced, its name is synced, and only then does
// anybody hear of it.

import assert from 'node:assert/strict';
import path from 'node:path';
import { parseTrace, type SystemCall } from './system-calls.js';

const WRITES = new Set(['write', 'pwrite64', 'writev', 'pwritev', 'sendto', 'sendmsg']);
const SYNCS = new Set(['fsync', 'fdatasync']);
const SYNCED_OPEN = /\bO_D?SYNC\b/;

export class Trace {
  readonly calls: readonly SystemCall[];

  constructor(text: string) {
    this.calls = parseTrace(text).filter(({ failed }) => !failed);
  }

  /** The first successful call that `holds`; fails naming `what` where there is none. */
  find(what: string, holds: (call: SystemCall) => boolean): SystemCall {
    const found = this.calls.find(holds);
    assert.ok(found, `${what}: no such call among ${this.calls.length}`);
    return found;
  }

  /** The first write of `text` into a file, pipe or socket whose path `where` matches. */
  write(where: RegExp, text: string, from = 0): SystemCall {
    const isIt = (call: SystemCall): boolean =>
      WRITES.has(call.name) && call.began >= from && where.test(call.path) && call.args.includes(text);
    return this.find(`a write of "${text}" to ${where}`, isIt);
  }

  /** When what `write` wrote is durable: at once in a file opened for it, else with the next sync; infinite for never. */
  durableAt(write: SystemCall): number {
    const opened = this.calls.findLast(
      (call) => call.name === 'openat' && call.began < write.began && pathOpened(call) === write.path,
    );
    if (opened && SYNCED_OPEN.test(opened.args)) return write.ended;
    return this.syncedAfter(write.path, write.ended);
  }

  /** The end of the first sync of `file` (or directory) that began after `place`. */
  syncedAfter(file: string, place: number): number {
    const sync = this.calls.find(({ name, path: of, began }) => SYNCS.has(name) && of === file && began > place);
    return sync?.ended ?? Number.POSITIVE_INFINITY;
  }

  /** What was written is durable before the answer begins. */
  assertDurableBefore(write: SystemCall, answer: SystemCall): void {
    const at = this.durableAt(write);
    assert.ok(write.began < answer.began, `${write.path} is written after the answer`);
    assert.ok(at < answer.began, `${write.path}: ${at === Infinity ? 'never synced' : 'synced after the answer'}`);
  }

  /**
   * The file or directory that gets the name `target` was whole on the disk before, and its name is before `answer` begins.
   * Gives the renaming.
   */
  assertReplacedBefore(target: string, answer: SystemCall): SystemCall {
    const renamed = this.calls.findLast(
      ({ name, newPath, began }) => name.startsWith('rename') && newPath === target && began < answer.began,
    );
    assert.ok(renamed, `${target} gets its name before the answer`);
    const written = this.calls.filter(
      (call) => WRITES.has(call.name) && isWithin(call.path, renamed.path) && call.began < renamed.began,
    );
    assert.ok(written.length > 0, `${renamed.path} was written`);
    for (const write of written) {
      assert.ok(this.durableAt(write) < renamed.began, `${write.path} is synced before it is renamed`);
    }
    const named = this.syncedAfter(path.dirname(target), renamed.ended);
    assert.ok(named < answer.began, `the directory of ${target} is synced between its renaming and the answer`);
    return renamed;
  }
}

function pathOpened(call: SystemCall): string {
  return /"((?:[^"\\]|\\.)*)"/.exec(call.args)?.[1] ?? '';
}

function isWithin(file: string, parent: string): boolean {
  return file === parent || file.startsWith(`${parent}/`);
}
