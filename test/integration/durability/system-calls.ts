// What strace wrote, as calls with their place in the order of things: where in the trace a call began and where it ended.
// A call that others came in between is on two lines, `<unfinished ...>` and `<... resumed>`.

export interface SystemCall {
  readonly thread: number;
  readonly name: string;
  /** As strace shows them, texts with C's escapes. */
  readonly args: string;
  /** Of the file descriptor that the call is about, else the first path among its arguments; "" when there is neither. */
  readonly path: string;
  /** What it was renamed to; "" for other calls. */
  readonly newPath: string;
  /** Line of the trace, from 0. */
  readonly began: number;
  /** Infinite when the trace ends before the call does. */
  readonly ended: number;
  readonly failed: boolean;
}

const CALL = /^(\d+) +(\w+)\((.*)$/;
const RESUMED = /^(\d+) +<\.\.\. (\w+) resumed>(.*)$/;
const UNFINISHED = / *<unfinished \.\.\.>$/;
const RESULT = /\) += (.+)$/;
/** `18</data/file>`; a socket's and a pipe's "path" have no slash in front. */
const DESCRIPTOR = /^\d+<([^>]*)>/;
const QUOTED = /"((?:[^"\\]|\\.)*)"/g;

interface Begun {
  readonly name: string;
  readonly args: string;
  readonly began: number;
}

function pathsOf(name: string, args: string): readonly [string, string] {
  const descriptor = DESCRIPTOR.exec(args)?.[1];
  if (descriptor !== undefined && !name.startsWith('rename')) return [descriptor, ''];
  const quoted = [...args.matchAll(QUOTED)].map((match) => match[1] ?? '');
  return [quoted[0] ?? '', name.startsWith('rename') ? (quoted[1] ?? '') : ''];
}

function call(thread: number, { name, args, began }: Begun, rest: string, ended: number): SystemCall {
  const all = args + rest;
  const result = RESULT.exec(all);
  const shown = result === null ? all : all.slice(0, result.index);
  const [path, newPath] = pathsOf(name, shown);
  const failed = result === null || !/^\d/.test(result[1] ?? '');
  return { thread, name, args: shown, path, newPath, began, ended, failed };
}

/** The calls in the order in which they began. */
export function parseTrace(text: string): readonly SystemCall[] {
  const calls: SystemCall[] = [];
  const open = new Map<number, Begun>();
  for (const [line, content] of text.split('\n').entries()) {
    const resumed = RESUMED.exec(content);
    if (resumed) {
      const thread = Number(resumed[1]);
      const begun = open.get(thread);
      open.delete(thread);
      if (begun) calls.push(call(thread, begun, resumed[3] ?? '', line));
      continue;
    }
    const whole = CALL.exec(content);
    if (!whole) continue;
    const [, thread = '', name = '', args = ''] = whole;
    const begun = { name, args: args.replace(UNFINISHED, ''), began: line };
    if (UNFINISHED.test(args)) open.set(Number(thread), begun);
    else calls.push(call(Number(thread), begun, '', line));
  }
  for (const [thread, begun] of open) calls.push(call(thread, begun, '', Number.POSITIVE_INFINITY));
  return calls.sort((a, b) => a.began - b.began);
}
