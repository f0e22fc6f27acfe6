// A list of which only the first elements are wanted, however many a sender may put into it: the others are passed over,
// nothing is made of them, and the value around it stays readable.

import { list } from './collections.js';
import type { Kind } from './kinds.js';
import type { MsgpackReader } from './reader.js';

/** Null is Go's nil slice. Of more than `most` elements the first are taken. */
export function firstOf<T>(of: Kind<T>, most: number): Kind<readonly T[] | null> {
  function* readSteps(reader: MsgpackReader): Generator<undefined, readonly T[] | null> {
    const length = reader.array(most);
    if (length === null) return null;
    const elements: T[] = [];
    const wanted = Math.min(length, most);
    while (elements.length < wanted && reader.problem === null) {
      elements.push(of.read(reader));
      if (reader.problem !== null) reader.inside(`[${elements.length - 1}]`);
      if (reader.isSliceOver()) yield;
    }
    yield* reader.skipSteps(length - wanted);
    return elements;
  }
  return {
    ...list(of, most),
    read(reader) {
      const steps = readSteps(reader);
      for (;;) {
        const step = steps.next();
        if (step.done === true) return step.value;
      }
    },
    readSteps,
  };
}
