// Ten thousand members or more that are one socket: every address of 127.0.0.0/8 leads to it, it answers each ping, whoever it is
// for, and tells all their names in an exchange. What a large pool costs one agent can so be measured on one machine.

import { randomUUID } from 'node:crypto';
import type { Machine, MachineOutput, Merging, OwnState } from '../../src/main/gossip/core/machine.js';
import type { Address } from '../../src/main/gossip/core/node.js';
import { Outbox } from '../../src/main/gossip/core/output.js';
import { answerAddress } from '../../src/main/gossip/core/relay.js';
import { STATE, serfState } from '../../src/main/gossip/serf/protocol/messages.js';
import { encodeTags } from '../../src/main/gossip/serf/protocol/tags.js';
import { GossipShell } from '../../src/main/gossip/shell/gossip-shell.js';
import { ACK } from '../../src/main/gossip/wire/message-types.js';
import { ack, type PushPullNode, STATE_ALIVE } from '../../src/main/gossip/wire/messages.js';
import { readMessages } from '../../src/main/gossip/wire/packet-messages.js';
import type { PushPull } from '../../src/main/gossip/wire/stream-messages.js';
import { encode } from '../../src/msgpack/codec.js';
import { Logger, LogSink } from '../../src/observe/logger.js';
import { protectionWith } from '../../test/unit/main/gossip/protection.js';

const VERSIONS = Uint8Array.of(1, 5, 2, 2, 5, 4);
const EVENT_SLOTS = 512;
/** Lamport time of everybody's join. */
export const JOINED_AT = 41;

/** Names and addresses of 127.1.0.0/16 on, with the tags of client agents. */
function member(id: number, port: number): PushPullNode {
  const tags = new Map([
    ['build', '1.21.4:59b8b905'],
    ['dc', 'dc1'],
    ['id', randomUUID()],
    ['role', 'node'],
    ['segment', ''],
    ['vsn', '2'],
    ['vsn_max', '3'],
    ['vsn_min', '2'],
  ]);
  return {
    Name: `member-${String(id).padStart(6, '0')}`,
    Addr: Uint8Array.of(127, 1 + (id >> 16), (id >> 8) & 255, id & 255),
    Port: port,
    Meta: encodeTags(tags),
    Incarnation: 1,
    State: STATE_ALIVE,
    Vsn: VERSIONS,
  };
}

/** All of them, as an exchange tells of them. */
export function crowdState(count: number, port: number): PushPull {
  const nodes = Array.from({ length: count }, (_, id) => member(id + 1, port));
  const state = {
    LTime: JOINED_AT + 1,
    StatusLTimes: new Map(nodes.map(({ Name }) => [Name, JOINED_AT])),
    LeftMembers: null,
    EventLTime: 1,
    Events: new Array<null>(EVENT_SLOTS).fill(null),
    QueryLTime: 1,
  };
  return { isJoin: true, nodes, userState: encode(serfState, state, STATE) };
}

class CrowdMachine implements Machine<never> {
  readonly nextMs = null;
  readonly #out = new Outbox();
  #state: PushPull = crowdState(0, 0);

  fill(count: number, port: number): void {
    this.#state = crowdState(count, port);
  }

  receive(packet: Uint8Array, from: Address): void {
    for (const message of readMessages(packet).messages) {
      if (message.type !== 'ping' && message.type !== 'indirectPing') continue;
      const answer = encode(ack, { SeqNo: message.body.SeqNo, Payload: null }, ACK);
      const to = answerAddress(message.body, from);
      this.#out.packet({ to, message: answer, withChecksum: false, probe: null });
    }
  }

  *#steps(isJoin: boolean): Generator<void, PushPull> {
    yield;
    return { ...this.#state, isJoin };
  }

  ownState(isJoin: boolean): OwnState {
    return { nodeCount: this.#state.nodes.length, steps: this.#steps(isJoin) };
  }

  /** Always the same members, whatever is said. */
  readonly revision = 0;

  startMerge(): Merging {
    return { problem: null, step: () => false };
  }

  take(): MachineOutput<never> {
    const { packets, streams } = this.#out.take();
    return { packets, streams, events: [] };
  }

  isForUs(): boolean {
    return true;
  }

  tick(): void {}

  receiveUser(): void {}

  packetFailed(): void {}

  streamPingAnswered(): void {}
}

export interface Crowd {
  /** Join here. */
  readonly address: string;
  close(): Promise<void>;
}

export async function openCrowd(count: number): Promise<Crowd> {
  const machine = new CrowdMachine();
  const opened = await GossipShell.open<never>({
    machine,
    bindAddress: '0.0.0.0',
    bindPort: 0,
    protection: protectionWith(),
    streamTimeoutMs: 10_000,
    onEvents: () => undefined,
    logger: new Logger('crowd', new LogSink('error', () => undefined)),
    metrics: null,
    labels: [],
  });
  if (!opened.ok) throw new Error(opened.error);
  const { shell } = opened;
  machine.fill(count, shell.boundPort);
  return { address: `127.0.0.1:${shell.boundPort}`, close: () => shell.close() };
}
