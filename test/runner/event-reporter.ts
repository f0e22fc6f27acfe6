// A reporter for node's test runner that writes what the suites' runner needs, one JSON text a line. A test file that ends
// before its tests do leaves its events without the last one, which is how that is seen.

import { isNativeError } from 'node:util/types';

/** One line. `ended` comes last, when node has reported every test of the file. */
export type TestEvent =
  | { readonly kind: 'begun'; readonly name: string; readonly nesting: number }
  | { readonly kind: 'completed'; readonly name: string; readonly nesting: number }
  | Verdict
  | { readonly kind: 'remark'; readonly text: string }
  | { readonly kind: 'ended' };

export interface Verdict {
  readonly kind: 'passed' | 'failed';
  readonly name: string;
  readonly nesting: number;
  readonly line: number;
  readonly isSuite: boolean;
  /** Why it was skipped or is still to do; '' when nobody said; null when it ran. */
  readonly skipped: string | null;
  /** Only the tests inside failed. */
  readonly isByChild: boolean;
  readonly error: string;
}

interface NodeEvent {
  readonly type: string;
  readonly data: {
    readonly name: string;
    readonly nesting: number;
    readonly line?: number;
    readonly message?: string;
    readonly skip?: string | boolean;
    readonly todo?: string | boolean;
    readonly details?: { readonly type?: string; readonly error?: Error & { readonly failureType?: string } };
  };
}

export default async function* report(source: AsyncIterable<NodeEvent>): AsyncGenerator<string> {
  for await (const event of source) {
    const line = eventOf(event);
    if (line !== null) yield `${JSON.stringify(line)}\n`;
  }
}

function eventOf({ type, data }: NodeEvent): TestEvent | null {
  const { name, nesting } = data;
  if (type === 'test:dequeue') return { kind: 'begun', name, nesting };
  if (type === 'test:complete') return { kind: 'completed', name, nesting };
  if (type === 'test:pass' || type === 'test:fail') {
    const error = data.details?.error;
    return {
      kind: type === 'test:pass' ? 'passed' : 'failed',
      name,
      nesting,
      line: data.line ?? 0,
      isSuite: data.details?.type === 'suite',
      skipped: reason(data.skip) ?? reason(data.todo),
      isByChild: error?.failureType === 'subtestsFailed',
      error: error === undefined ? '' : describe(error),
    };
  }
  if (type !== 'test:diagnostic' || nesting !== 0) return null;
  // The figures come behind everything else, the duration as the last of them.
  if (/^duration_ms /.test(data.message ?? '')) return { kind: 'ended' };
  return /^(tests|suites|pass|fail|cancelled|skipped|todo) \d+$/.test(data.message ?? '')
    ? null
    : { kind: 'remark', text: data.message ?? '' };
}

function reason(given: string | boolean | undefined): string | null {
  if (given === undefined || given === false) return null;
  return given === true ? '' : given;
}

function describe(error: unknown): string {
  if (!isNativeError(error)) return String(error);
  return isNativeError(error.cause) ? describe(error.cause) : (error.stack ?? error.message);
}
