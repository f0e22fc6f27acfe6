// How much of the processor the children of this process took that have ended, with all that those waited for. Read when one
// ends, it tells what that one took; of two that end in the same moment the first one gets both. What a child leaves behind
// is in nobody's account.

import fs from 'node:fs';

/** The kernel's unit towards programs on every architecture that node runs on. */
const TICKS_PER_SECOND = 100;
/** `cutime` and `cstime` of proc_pid_stat(5), counted from behind the name, which may hold anything. */
const [USER, SYSTEM] = [13, 14];

/** Seconds, in user and system mode together, to a hundredth; 0 where the system has no such file. */
function ofEndedChildren(): number {
  if (!fs.existsSync('/proc/self/stat')) return 0;
  const text = fs.readFileSync('/proc/self/stat', 'latin1');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[USER]) + Number(fields[SYSTEM])) / TICKS_PER_SECOND;
}

let known = ofEndedChildren();

/** What has been added since it was asked last: called in the very moment that a child has ended. */
export function processorSeconds(): number {
  const before = known;
  known = ofEndedChildren();
  return known - before;
}
