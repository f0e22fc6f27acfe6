// Which of a process's events are which file's, where it ran several (files-in-one.ts): a file's tests are told of from the
// beginning of the suite that has its path for a name to the beginning of the next one.

import type { TestEvent } from './event-reporter.js';

/** By path, of the files that were begun, as if each had been alone; without `ended` where the process ended in its midst. */
export function eventsByFile(events: Iterable<TestEvent>, files: readonly string[]): Map<string, readonly TestEvent[]> {
  const found = new Map<string, TestEvent[]>();
  // What is said before the first is about none of them.
  let own: TestEvent[] = [];
  for (const event of events) {
    if (event.kind === 'begun' && event.nesting === 0 && files.includes(event.name)) {
      own.push({ kind: 'ended' });
      own = [];
      found.set(event.name, own);
    } else own.push(...asIfAlone(event));
  }
  return found;
}

function asIfAlone(event: TestEvent): TestEvent[] {
  if (event.kind === 'remark' || event.kind === 'ended') return [event];
  if (event.nesting > 0) return [{ ...event, nesting: event.nesting - 1 }];
  // The file as a whole: it can't be loaded, or a hook of it failed.
  return event.kind === 'failed' && !event.isByChild ? [{ ...event, name: 'the file', isSuite: false }] : [];
}
