// The recorded rules of Serf, step by step, on one node.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { QUERY_RESPONSE, serfState } from '../../../../../src/main/gossip/serf/protocol/messages.js';
import { finish } from '../../../../../src/main/gossip/wire/steps.js';
import { decode } from '../../../../../src/msgpack/codec.js';
import { addressOfNode } from '../core/rig.js';
import { fromHex, readVectors, toHex } from '../vectors.js';
import { eventsOf, messagesIn, SerfRig } from './rig.js';

interface Step {
  readonly hex?: string;
  readonly call?: string;
  readonly note?: string;
  readonly sent?: readonly { readonly hex: string; readonly to?: string }[];
  readonly events: readonly string[];
  readonly members: { readonly [name: string]: string };
  readonly clocks: { readonly member: string; readonly event: string; readonly query: string };
}
interface RecordedState {
  readonly LTime: number;
  readonly EventLTime: number;
  readonly QueryLTime: number;
  readonly 'Events.length': number;
  readonly 'Events.used': readonly { readonly slot: number; readonly value: unknown }[];
  readonly LeftMembers: readonly string[];
  readonly StatusLTimes: { readonly [name: string]: number };
}
interface StateCase {
  readonly name: string;
  readonly steps?: readonly Step[];
  readonly answerBeforeMerge?: RecordedState;
  readonly answerAfterMerge?: RecordedState;
  readonly receivedHex?: string;
  readonly clocks?: Step['clocks'];
  readonly members?: Step['members'];
}

const CALLS: { readonly [call: string]: (rig: SerfRig) => unknown } = {
  'UserEvent(deploy, v1, coalesce)': ({ serf, nowMs }) => serf.userEvent('deploy', Buffer.from('v1'), true, nowMs),
  'UserEvent(deploy, v2)': ({ serf, nowMs }) => serf.userEvent('deploy', Buffer.from('v2'), false, nowMs),
  'SetTags(role=cache)': ({ serf, nowMs }) => serf.setTags(new Map([['role', 'cache']]), nowMs),
  'RemoveFailedNode(n2)': ({ serf, nowMs }) => (serf.forceLeave('n2', false, nowMs) ? null : 'unknown'),
  'Leave()': ({ serf, nowMs }) => serf.leave(nowMs),
};

/** Longer than any broadcast takes here, and the whole of a leave. */
const STEP_MS = 3000;

function clocksOf(rig: SerfRig): Step['clocks'] {
  const { member_time, event_time, query_time } = rig.serf.figures();
  return { member: String(member_time), event: String(event_time), query: String(query_time) };
}

/** Distinct messages; of answers to queries, where they went. */
function sentIn(packets: Parameters<typeof messagesIn>[0]): string[] {
  const texts = messagesIn(packets).map(({ to, port, message }) => {
    const isAnswer = message[0] === 8 && message[1] === QUERY_RESPONSE;
    return `${toHex(message)}${isAnswer ? ` to ${to}:${port}` : ''}`;
  });
  return [...new Set(texts)].sort();
}

function stateOf(rig: SerfRig): RecordedState {
  const { userState } = finish(rig.serf.ownState(false).steps);
  const read = decode(serfState, userState ?? new Uint8Array(0), 1);
  assert.ok(read.ok);
  const { Events, LeftMembers, StatusLTimes, LTime, EventLTime, QueryLTime } = read.value;
  const used = (Events ?? []).flatMap((slot, i) =>
    slot === null
      ? []
      : [
          {
            slot: i,
            value: { ...slot, Events: slot.Events?.map((e) => ({ ...e, Payload: Uint8Array.from(e.Payload ?? []) })) },
          },
        ],
  );
  return {
    ...{ LTime: Number(LTime), EventLTime: Number(EventLTime), QueryLTime: Number(QueryLTime) },
    'Events.length': Events?.length ?? 0,
    'Events.used': used,
    LeftMembers: LeftMembers ?? [],
    StatusLTimes: Object.fromEntries(Array.from(StatusLTimes ?? [], ([name, time]) => [name, Number(time)])),
  };
}

const { cases } = readVectors<StateCase>('serf-state');
assert.ok(cases.length >= 17);

for (const { name, steps, ...exchange } of cases) {
  test(name, () => {
    const rig = new SerfRig();
    if (steps === undefined) {
      rig.knows('n2', 'n3');
      assert.deepEqual(stateOf(rig), exchange.answerBeforeMerge);
      const userState = fromHex(exchange.receivedHex ?? '');
      const merging = rig.serf.startMerge({ isJoin: false, nodes: [], userState });
      while (merging.step(rig.nowMs));
      assert.equal(merging.problem, null);
      assert.deepEqual(stateOf(rig), exchange.answerAfterMerge);
      assert.deepEqual(clocksOf(rig), exchange.clocks);
      assert.deepEqual(rig.statuses(), exchange.members);
      assert.deepEqual(eventsOf(rig.take().events), ['user e ltime=19 payload=p coalesce=false']);
      return;
    }
    // Packets of the start wait in the queue: they come with the first step, as recorded.
    rig.take();
    for (const [i, step] of steps.entries()) {
      const where = `step ${i}, ${step.note ?? step.call ?? ''}`;
      if (step.call === undefined) rig.serf.receive(fromHex(step.hex ?? ''), addressOfNode('n2'), rig.nowMs);
      else assert.equal(CALLS[step.call]?.(rig), null, where);
      const { packets, events } = rig.run(STEP_MS);
      assert.deepEqual(eventsOf(events), step.events, where);
      const sent = (step.sent ?? []).map(({ hex, to }) => (to === undefined ? hex : `${hex} to ${to}`));
      assert.deepEqual(sentIn(packets), sent.sort(), where);
      assert.deepEqual(rig.statuses(), step.members, where);
      assert.deepEqual(clocksOf(rig), step.clocks, where);
    }
  });
}
