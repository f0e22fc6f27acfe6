// The unchanged rule (spec/rpc.md, "Blocking reads", 5): for methods whose index moves with more than what they answer, a result
// that is as before counts as a miss, so that only another one ends the query.

import type { ReadResult } from './method.js';

/** As {@link PreparedRead.missing}, of one query. */
export function unchangedAs<Value>(
  isSame: (now: Value, before: Value) => boolean,
): (result: ReadResult<Value>) => boolean {
  let before: { readonly value: Value } | null = null;
  return ({ value }) => {
    const isFirst = before === null;
    const isUnchanged = before !== null && isSame(value, before.value);
    before = { value };
    return isFirst || isUnchanged;
  };
}
