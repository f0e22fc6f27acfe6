// Holding an answer back: for what doesn't wait on the replicated state (content hashes, user events). One deadline of the
// thread's queue and one subscription are all that is kept of a waiting request.

import { type Deadline, deadlines } from '../../../deadlines/deadline-queue.js';
import type { ApiRequest } from './message/request.js';

/**
 * Resolves when it is time to answer: `holds` is false, the wait is over, the agent stops, or the client hung up.
 *
 * @param holds read at once and after each wake-up
 * @param subscribe calls `wake` after any change that may concern the answer; the result takes the subscription back
 */
export async function waitWhile(
  request: ApiRequest,
  waitMs: number,
  holds: () => boolean,
  subscribe: (wake: () => void) => () => void,
): Promise<void> {
  if (!holds()) return;
  await new Promise<void>((resolve) => {
    const deadline: Deadline = {
      dueMs: deadlines.now() + waitMs,
      slot: -1,
      order: 0,
      expire: () => finish(),
    };
    const unsubscribe = subscribe(() => {
      if (!holds()) finish();
    });
    const finish = (): void => {
      unsubscribe();
      deadlines.remove(deadline);
      resolve();
    };
    deadlines.add(deadline);
    request.onAbort(finish);
  });
}
