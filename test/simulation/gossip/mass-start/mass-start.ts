// Very many agents that start within a short time and join by way of a few servers, until everybody knows everybody. Ten thousand
// cores would need tens of gigabytes for what they have to tell each other, so this is a model of what the core does with news
// of members: the rounds of gossip, what goes with pings and acks, exchanges, the queue, all with the product's numbers. It
// knows no failures and loses nothing. mass-start.test.ts holds it against the cores themselves.

import { nextPushPullMs, retransmitLimit } from '../../../../src/main/gossip/core/scale.js';
import { CONSUL_LAN } from '../../../../src/main/gossip/core/settings.js';
import { below, type Random } from '../../../../src/random/random.js';
import { Acceptor, type AnswerCost } from './acceptor.js';
import { SIZES } from './sizes.js';
import { Spreader } from './spreader.js';

const { gossipIntervalMs, gossipNodes, probeIntervalMs, retransmitMult, packetBytes, streamTimeoutMs } = CONSUL_LAN;
/** Type and count of a compound; a part's place in its table of lengths. */
const COMPOUND_BYTES = 2;
const PART_BYTES = 2;
const DEADLINE_MS = 3_600_000;

/** src/main/pools/retry-join.ts: growing waits, then whole intervals. */
const FIRST_RETRY_MS = 1000;
const RETRY_INTERVAL_MS = 30_000;
const RETRY_JITTER = 0.25;

export interface MassStartOptions {
  readonly count: number;
  /** Of them; each agent joins all of these, one after the other. */
  readonly servers: number;
  /** The agents' starts are spread over this time. */
  readonly withinMs: number;
  readonly random: Random;
  /** null: answering costs nothing. */
  readonly cost: AnswerCost | null;
}

/** What a member sent and took in. */
export interface Traffic {
  packetsOut: number;
  packetsIn: number;
  bytesOut: number;
  bytesIn: number;
  exchanges: number;
  stateBytesOut: number;
  stateBytesIn: number;
}

export interface MassStartFigures {
  /** From the first start until everybody knew everybody. */
  readonly completeMs: number;
  /** From a member's start until all knew it: median, and the longest. */
  readonly knownMedianMs: number;
  readonly knownLastMs: number;
  /** From a member's start until it knew all: the median. */
  readonly knowsMedianMs: number;
  /** Attempts to join in which no server answered. */
  readonly failedJoins: number;
  /** Of the server that sent most: each second from the first start on. */
  readonly busiest: readonly Traffic[];
  /** What its main thread spent on exchanges altogether. */
  readonly busiestMs: number;
}

function noTraffic(): Traffic {
  return { packetsOut: 0, packetsIn: 0, bytesOut: 0, bytesIn: 0, exchanges: 0, stateBytesOut: 0, stateBytesIn: 0 };
}

export function medianOf(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}

interface Packet {
  readonly from: number;
  readonly to: number;
  readonly news: readonly number[];
  readonly isPing: boolean;
  readonly bytes: number;
}

class MassStart {
  readonly #options: MassStartOptions;
  readonly #members: Spreader[];
  readonly #acceptors: Acceptor[];
  readonly #startedMs: Float64Array;
  /** What happens at each millisecond. */
  readonly #due: ((() => void)[] | undefined)[] = [];
  /** Members by when in an interval they gossip and probe. */
  readonly #gossipAt: number[][] = Array.from({ length: gossipIntervalMs }, () => []);
  readonly #probeAt: number[][] = Array.from({ length: probeIntervalMs }, () => []);
  #arriving: Packet[] = [];
  #nowMs = 0;
  readonly #informed: Uint32Array;
  readonly #knownMs: Float64Array;
  readonly #knowsMs: Float64Array;
  #facts = 0;
  #failedJoins = 0;
  /** By member, then by second; of servers only. */
  readonly #traffic: Traffic[][];

  constructor(options: MassStartOptions) {
    const { count, servers, cost } = options;
    this.#options = options;
    this.#members = Array.from({ length: count }, (_, number) => new Spreader(number, count));
    this.#acceptors = cost === null ? [] : this.#members.map(() => new Acceptor(cost, streamTimeoutMs));
    this.#startedMs = new Float64Array(count).fill(-1);
    this.#informed = new Uint32Array(count);
    this.#knownMs = new Float64Array(count);
    this.#knowsMs = new Float64Array(count);
    this.#traffic = Array.from({ length: servers }, () => []);
  }

  run(): MassStartFigures {
    const { count, servers, withinMs, random } = this.#options;
    for (let member = 0; member < count; member += 1) {
      this.#at(member < servers ? 0 : Math.floor(random() * withinMs), () => this.#start(member));
    }
    while (this.#facts < count * count) {
      if (this.#nowMs > DEADLINE_MS)
        throw new Error(`after an hour ${this.#facts} of ${count * count} facts are known`);
      this.#turn();
      this.#nowMs += 1;
    }
    const since = (times: Float64Array): number[] => Array.from(times, (ms, i) => ms - (this.#startedMs[i] ?? 0));
    const total = (server: readonly Traffic[]): number =>
      server.reduce((sum, one) => sum + one.bytesOut + one.stateBytesOut, 0);
    const busiest = this.#traffic.reduce(
      (most, one, i) => (total(one) > total(this.#traffic[most] ?? []) ? i : most),
      0,
    );
    const known = since(this.#knownMs);
    return {
      completeMs: this.#nowMs,
      knownMedianMs: medianOf(known),
      knownLastMs: known.reduce((most, one) => Math.max(most, one), 0),
      knowsMedianMs: medianOf(since(this.#knowsMs)),
      failedJoins: this.#failedJoins,
      busiest: this.#traffic[busiest] ?? [],
      busiestMs: this.#acceptors[busiest]?.busyMs ?? 0,
    };
  }

  #at(atMs: number, run: () => void): void {
    const due = Math.max(Math.ceil(atMs), this.#nowMs);
    this.#due[due] ??= [];
    this.#due[due]?.push(run);
  }

  /** A packet is a millisecond under way. */
  #turn(): void {
    const nowMs = this.#nowMs;
    const arrived = this.#arriving;
    this.#arriving = [];
    for (const packet of arrived) this.#receive(packet);
    const due = this.#due[nowMs];
    if (due !== undefined) {
      // What is due at once is done in this turn, too.
      for (let i = 0; i < due.length; i += 1) due[i]?.();
      this.#due[nowMs] = undefined;
    }
    for (const member of this.#gossipAt[nowMs % gossipIntervalMs] ?? []) this.#gossip(member);
    for (const member of this.#probeAt[nowMs % probeIntervalMs] ?? []) this.#probe(member);
  }

  #start(member: number): void {
    const { random } = this.#options;
    this.#startedMs[member] = this.#nowMs;
    this.#learn(member, member);
    this.#gossipAt[below(random, gossipIntervalMs)]?.push(member);
    this.#probeAt[below(random, probeIntervalMs)]?.push(member);
    this.#at(this.#nowMs + random() * CONSUL_LAN.pushPullIntervalMs, () =>
      this.#exchangeAgain(member, 1, CONSUL_LAN.pushPullIntervalMs),
    );
    this.#join(member, 0, false, FIRST_RETRY_MS);
  }

  /** One server after the other; again after a while when none answered. */
  #join(member: number, server: number, hasJoined: boolean, retryMs: number): void {
    const { servers, random } = this.#options;
    if (server < servers) {
      const next = (isAnswered: boolean): void => this.#join(member, server + 1, hasJoined || isAnswered, retryMs);
      if (server === member) next(false);
      else this.#exchange(member, server, next);
      return;
    }
    if (hasJoined || servers === 1) return;
    this.#failedJoins += 1;
    const jitter = 1 + (random() * 2 - 1) * RETRY_JITTER;
    this.#at(this.#nowMs + retryMs * jitter, () =>
      this.#join(member, 0, false, Math.min(2 * retryMs, RETRY_INTERVAL_MS)),
    );
  }

  /** `before`: how many it knew the last time, `sinceMs` ago. */
  #exchangeAgain(member: number, before: number, sinceMs: number): void {
    const { random } = this.#options;
    const own = this.#spreader(member);
    const [other] = own.pick(1, random);
    if (other !== undefined) this.#exchange(member, other, () => undefined);
    const { size } = own;
    const waitMs = nextPushPullMs(CONSUL_LAN.pushPullIntervalMs, size, before, sinceMs);
    this.#at(this.#nowMs + waitMs, () => this.#exchangeAgain(member, size, waitMs));
  }

  #exchange(caller: number, acceptor: number, then: (isAnswered: boolean) => void): void {
    const admission = this.#acceptors[acceptor]?.ask(
      this.#nowMs,
      this.#spreader(acceptor).size,
      this.#spreader(caller).size,
    );
    if (admission !== undefined && 'failedMs' in admission) {
      this.#at(admission.failedMs + 1, () => then(false));
      return;
    }
    this.#at((admission?.answeredMs ?? this.#nowMs) + 1, () => {
      this.#trade(caller, acceptor);
      then(true);
    });
  }

  #trade(caller: number, acceptor: number): void {
    const asks = this.#spreader(caller);
    const answers = this.#spreader(acceptor);
    const [request, answer] = [asks, answers].map(({ size }) => SIZES.state + size * SIZES.stateMember) as [
      number,
      number,
    ];
    this.#count(caller, (traffic) => {
      traffic.exchanges += 1;
      traffic.stateBytesOut += request;
      traffic.stateBytesIn += answer;
    });
    this.#count(acceptor, (traffic) => {
      traffic.exchanges += 1;
      traffic.stateBytesOut += answer;
      traffic.stateBytesIn += request;
    });
    const toCaller = asks.missingOf(answers);
    for (const member of answers.missingOf(asks)) this.#learn(acceptor, member);
    for (const member of toCaller) this.#learn(caller, member);
  }

  #gossip(member: number): void {
    const own = this.#spreader(member);
    for (const to of own.pick(gossipNodes, this.#options.random)) {
      const news = this.#news(own, COMPOUND_BYTES);
      if (news.length === 0) return;
      this.#send(member, to, news, COMPOUND_BYTES, false);
    }
  }

  #probe(member: number): void {
    const own = this.#spreader(member);
    const [to] = own.pick(1, this.#options.random);
    const bytes = COMPOUND_BYTES + SIZES.ping;
    if (to !== undefined) this.#send(member, to, this.#news(own, bytes), bytes, true);
  }

  #news(own: Spreader, used: number): number[] {
    const most = Math.floor((packetBytes - used) / (SIZES.alive + PART_BYTES));
    return own.take(most, retransmitLimit(retransmitMult, own.size));
  }

  #send(from: number, to: number, news: readonly number[], used: number, isPing: boolean): void {
    const bytes = used + news.length * (SIZES.alive + PART_BYTES);
    this.#arriving.push({ from, to, news, isPing, bytes });
    this.#count(from, (traffic) => {
      traffic.packetsOut += 1;
      traffic.bytesOut += bytes;
    });
  }

  #receive({ from, to, news, isPing, bytes }: Packet): void {
    this.#count(to, (traffic) => {
      traffic.packetsIn += 1;
      traffic.bytesIn += bytes;
    });
    for (const member of news) this.#learn(to, member);
    if (!isPing) return;
    const used = COMPOUND_BYTES + SIZES.ack;
    this.#send(to, from, this.#news(this.#spreader(to), used), used, false);
  }

  #learn(who: number, member: number): void {
    const { count, random } = this.#options;
    const own = this.#spreader(who);
    if (!own.learn(member, random)) return;
    this.#facts += 1;
    const informed = (this.#informed[member] ?? 0) + 1;
    this.#informed[member] = informed;
    if (informed === count) this.#knownMs[member] = this.#nowMs;
    if (own.size === count) this.#knowsMs[who] = this.#nowMs;
  }

  #spreader(member: number): Spreader {
    return this.#members[member] as Spreader;
  }

  /** Of servers only. */
  #count(member: number, add: (traffic: Traffic) => void): void {
    const bySecond = this.#traffic[member];
    if (bySecond === undefined) return;
    const second = Math.floor(this.#nowMs / 1000);
    while (bySecond.length <= second) bySecond.push(noTraffic());
    add(bySecond[second] as Traffic);
  }
}

export function massStart(options: MassStartOptions): MassStartFigures {
  return new MassStart(options).run();
}
