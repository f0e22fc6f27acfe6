// Blocking by hash (spec/http.md, section 3): `?hash=` holds the answer back while the content hash is still the one the
// client knows, at most `wait`. For what the agent itself holds; the replicated state blocks by index instead.

import type { ApiRequest } from './message/request.js';
import { waitWhile } from './waiting.js';

/**
 * Resolves when it is time to answer: no hash was sent, the current hash is another (a vanished subject has none: ""),
 * the wait is over, the agent stops, or the client hung up. Then make the answer from the current content.
 *
 * @param currentHash read at once and after each wake-up
 * @param subscribe calls `wake` after any change that may concern the hash; the result takes the subscription back
 */
export async function waitForChange(
  request: ApiRequest,
  currentHash: () => string,
  subscribe: (wake: () => void) => () => void,
): Promise<void> {
  const { hash, waitMs } = request.options;
  if (hash !== '') await waitWhile(request, waitMs, () => currentHash() === hash, subscribe);
}
