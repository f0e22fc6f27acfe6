// The state worker's end of the log on a leader, with the log's end in the test's hands.

import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { Leadership, Role } from '../../../../../src/wire/raft/leadership.js';
import { RaftClient } from '../../../../../src/workers/state/replica/raft-client.js';

interface LeadingClient {
  readonly client: RaftClient;
  /** What the log is told comes here; what it says goes in here. */
  readonly raft: MessagePort;
  /** Indexes of applied entries; passed ones below 0. */
  readonly applied: number[];
  readonly fatal: string[];
}

/** An entry at `brokenIndex` can't be applied. */
export function leadingClient(t: TestContext, brokenIndex = -1): LeadingClient {
  const { port1: raft, port2 } = new MessageChannel();
  t.after(() => raft.close());
  const leadership = new Leadership();
  leadership.setRole(Role.leader, 2, true);
  const applied: number[] = [];
  const fatal: string[] = [];
  const applier = {
    apply: (index: number) => {
      applied.push(index);
      if (index === brokenIndex) throw new Error('planted');
      return { kind: 'nil' } as const;
    },
    applyExtended: () => assert.fail('nothing of the kind is in this log'),
    advance: (index: number) => applied.push(-index),
    flush: () => {},
    snapshot: () => ({ index: 0, next: () => null }),
    restoreBegin: () => {},
    restoreChunk: () => {},
    restoreEnd: () => {},
  };
  const events = { started: () => {}, role: () => {}, fatal: (text: string) => fatal.push(text) };
  return { client: new RaftClient(port2, leadership, applier, events, 40), raft, applied, fatal };
}
