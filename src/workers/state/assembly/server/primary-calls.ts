// How the leader of a secondary datacenter asks the primary one: by the way of all calls of other datacenters, with the
// replication token.

import type { RuntimeConfig } from '../../../../wire/config.js';
import { ask } from '../../calls/asked-read.js';
import type { CallsBeyond } from '../../calls/calls-beyond.js';
import type { Primary } from '../../leader/primary/primary.js';
import type { AgentTokens } from '../../tokens/agent-tokens.js';

const WAIT_MS = 300_000;

/** null: this datacenter is the primary one. `beyond` is asked for when there is something to ask. */
export function primaryCalls(
  { datacenter, primaryDatacenter }: Pick<RuntimeConfig, 'datacenter' | 'primaryDatacenter'>,
  tokens: Pick<AgentTokens, 'replication'>,
  beyond: () => CallsBeyond,
): Primary | null {
  if (datacenter === primaryDatacenter) return null;
  const caller = () => ({ token: tokens.replication });
  return {
    datacenter: primaryDatacenter,
    read(method, request, { minIndex, signal }) {
      const settings = { consistency: 'default', minIndex, waitMs: minIndex > 0 ? WAIT_MS : 0, maxStaleMs: 0 } as const;
      return ask(beyond(), method, request, settings, primaryDatacenter, caller(), signal);
    },
    ask: (method, request) => beyond().write(method, request, primaryDatacenter, caller()),
  };
}
