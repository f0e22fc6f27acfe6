// How anti-entropy reads what the catalog has of this node: through the calls, which know whether a server is there.

import { ask } from '../../calls/asked-read.js';
import type { Calls } from '../../calls/calls.js';
import type { ReadSettings } from '../../calls/read-settings.js';
import { isRefusal, type Refusal } from '../../methods/contract/refusal.js';
import { type NodeDump, nodeInfo } from '../../methods/internal.js';

/** What any server has may be compared with, if it isn't older than this. */
const READ: ReadSettings = { consistency: 'stale', minIndex: 0, waitMs: 0, maxStaleMs: 2_000 };

/** The node of this name with everything on it; null when the catalog does not know it. */
export async function readNode(
  calls: Calls,
  datacenter: string,
  name: string,
  token: string,
): Promise<NodeDump | null | Refusal> {
  const answer = await ask(calls, nodeInfo, name, READ, datacenter, { token });
  return isRefusal(answer) ? answer : answer.value;
}
