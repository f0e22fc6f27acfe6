// What V8's profilers call a function, as a frame of a profile.

import type { Runtime } from 'node:inspector';
import type { Frame } from './pprof.js';

export function frameOf({ functionName, url, lineNumber }: Runtime.CallFrame): Frame {
  // V8 counts lines from 0 on, and has -1 for what has none.
  return { name: functionName === '' ? '(anonymous)' : functionName, file: url, line: lineNumber + 1 };
}

/** Stands below everything that the thread does. */
export function threadFrame(thread: string): Frame {
  return { name: `thread ${thread}`, file: '', line: 0 };
}
