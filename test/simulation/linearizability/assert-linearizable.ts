// The checker's verdict as a test's failure: the last operations of the longest order that was found, the state there and what
// couldn't follow.
import assert from 'node:assert/strict';
import { check, type Model } from './checker.js';
import type { Operation } from './history.js';

/** Throws when the history isn't linearizable, or can't be judged. */
export function assertLinearizable<State, Input, Output>(
  name: string,
  model: Model<State, Input, Output>,
  operations: readonly Operation<Input, Output>[],
): void {
  const verdict = check(model, operations);
  assert.notEqual(verdict.kind, 'unknown', `${name}: no verdict after ${verdict.steps} steps`);
  if (verdict.kind !== 'not-linearizable') return;
  const { longest, state, stuck } = verdict;
  const lines = [
    ...longest.slice(-12).map((one) => `  ${shown(one)}`),
    `  state: ${state}`,
    ...stuck.map((one) => `  ? ${shown(one)}`),
  ];
  assert.fail(`the history of ${name} is not linearizable:\n${lines.join('\n')}`);
}

function shown<Input, Output>({ input, output, callAt, returnAt }: Operation<Input, Output>): string {
  return `${callAt}–${returnAt} ${JSON.stringify(input)} → ${JSON.stringify(output)}`;
}
