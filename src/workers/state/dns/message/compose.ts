// From a resolved answer to one reply: its items shuffled, and cut to what the transport takes (spec/dns.md, section 4).

import type { Answer, Item } from './answer.js';
import { Type } from './protocol.js';
import type { Edns, Query } from './query.js';
import { plainLength, type ResourceRecord, spelledAs } from './record.js';
import type { MessageWriter, Reply } from './writer.js';

export type Transport = 'udp' | 'tcp';

export interface ReplyOptions {
  readonly transport: Transport;
  readonly compress: boolean;
  readonly enableTruncate: boolean;
  readonly udpAnswerLimit: number;
  readonly recursionAvailable: boolean;
  /** 0 … 1, for the order of items. */
  readonly random: () => number;
  /** Unix time in seconds: the serial of the SOA. */
  readonly serial: number;
}

const SMALL_UDP = 512;
const MAX_UDP = 65_467;
const MAX_TCP = 65_523;
const MAX_TCP_ANSWERS = 4096;
const MAX_TCP_SRV = 1024;
/** Kept free below the limit of UDP while answers are dropped. */
const UDP_MARGIN = 8;
const MAX_SMALL_ANSWERS = 8;
/** The shortest record a reply can hold: pointer, header, an IPv4 address. */
const MIN_RECORD = 16;

/** The most bytes that the asker takes. */
function sizeLimit(edns: Edns | null, transport: Transport): number {
  if (transport === 'tcp') return MAX_TCP;
  const asked = edns === null ? SMALL_UDP : edns.udpSize;
  return Math.min(MAX_UDP, Math.max(SMALL_UDP, asked));
}

/** Brings `count` items, each with the same chance, to the front. */
function shuffleFront(items: Item[], count: number, random: () => number): void {
  const last = items.length - 1;
  for (let at = 0; at < count && at < last; at++) {
    const other = at + Math.floor(random() * (items.length - at));
    const item = items[other];
    const displaced = items[at];
    if (item === undefined || displaced === undefined) continue;
    items[at] = item;
    items[other] = displaced;
  }
}

interface Sections {
  answers: ResourceRecord[];
  authority: readonly ResourceRecord[];
  additional: ResourceRecord[];
}

function gather(answer: Answer, count: number): Sections {
  const answers = [...answer.answers];
  const additional: ResourceRecord[] = [];
  let authority = answer.authority;
  const items: ResourceRecord[] = answer.itemsIn === 'answers' ? answers : [];
  for (let at = 0; at < count; at++) {
    const item = answer.items[at];
    if (item === undefined) break;
    items.push(item.record);
    for (const record of item.additional) additional.push(record);
  }
  if (answer.itemsIn === 'authority') authority = [...authority, ...items];
  for (const record of answer.additional) additional.push(record);
  return { answers, authority, additional };
}

/** The records with the zone spelled as the question spells it. */
function spelled({ answers, authority, additional }: Sections, { packet, questionEnd }: Query): Sections {
  const each = (record: ResourceRecord) => spelledAs(record, packet, questionEnd - 4);
  return { answers: answers.map(each), authority: authority.map(each), additional: additional.map(each) };
}

/** For each SRV record its target's first record of all that were there, following one alias. */
function glueFor(answers: readonly ResourceRecord[], all: readonly ResourceRecord[]): ResourceRecord[] {
  const byOwner = new Map<string, ResourceRecord>();
  for (const record of all) {
    const owner = record.owner?.suffixes[0] ?? '';
    if (!byOwner.has(owner)) byOwner.set(owner, record);
  }
  const out: ResourceRecord[] = [];
  for (const { type, target } of answers) {
    if (type !== Type.SRV || target === null) continue;
    const first = byOwner.get(target.suffixes[0] ?? '');
    if (first === undefined) continue;
    out.push(first);
    if (first.type !== Type.CNAME || first.target === null) continue;
    const next = byOwner.get(first.target.suffixes[0] ?? '');
    if (next !== undefined) out.push(next);
  }
  return out;
}

/** The largest count from 1 to `high` that fits, or 1. What fits with more answers fits with fewer. */
function mostThatFit(high: number, fits: (count: number) => boolean): number {
  let low = 1;
  let top = high;
  while (low < top) {
    const middle = Math.ceil((low + top) / 2);
    if (fits(middle)) low = middle;
    else top = middle - 1;
  }
  return low;
}

/** How many answers a reply without EDNS may have. */
function smallAnswers(options: ReplyOptions): number {
  return Math.max(1, Math.min(MAX_SMALL_ANSWERS, options.udpAnswerLimit));
}

/** How many items can matter at all: no more than the limits let through, or than the size could hold. */
function usefulItems(answer: Answer, limit: number, isSmall: boolean, options: ReplyOptions, isSrv: boolean): number {
  const total = Math.min(answer.items.length, answer.itemLimit);
  if (answer.itemsIn === 'authority') return total;
  if (options.transport === 'tcp') return Math.min(total, isSrv ? MAX_TCP_SRV : MAX_TCP_ANSWERS);
  const byCount = isSmall ? smallAnswers(options) : Math.ceil(limit / MIN_RECORD);
  return Math.min(total, byCount + 1);
}

/** Writes the reply and gives its bytes. The writer keeps them until its next message; `serialOffset` is valid too. */
export function composeReply(writer: MessageWriter, query: Query, answer: Answer, options: ReplyOptions): number {
  const { transport, compress, serial } = options;
  const hardLimit = sizeLimit(query.edns, transport);
  const isSmall = transport === 'udp' && hardLimit === SMALL_UDP;
  const isSrv = answer.items[0]?.record.type === Type.SRV;
  const taken = usefulItems(answer, hardLimit, isSmall, options, isSrv);
  if (!answer.isOrdered) shuffleFront(answer.items, taken, options.random);
  const gathered = gather(answer, taken);
  const sections = query.hasUpperCase ? spelled(gathered, query) : gathered;
  let reply: Reply = {
    rcode: answer.rcode,
    authoritative: answer.authoritative,
    truncated: false,
    recursionAvailable: options.recursionAvailable,
    answers: sections.answers,
    authority: sections.authority,
    additional: sections.additional,
    edns: query.edns,
    isForSubnet: answer.isForSubnet,
  };
  const softLimit = transport === 'udp' ? hardLimit - UDP_MARGIN : hardLimit;
  const questionName = query.questionEnd - 16;
  let measuresPlain = !compress;
  const length = (of: Reply): number => {
    if (!measuresPlain) {
      const written = writer.write(query, of, true, serial);
      return written === -1 ? Number.POSITIVE_INFINITY : written;
    }
    let total = query.questionEnd;
    for (const section of [of.answers, of.authority, of.additional]) {
      for (const record of section) total += plainLength(record, questionName);
    }
    return total + (of.edns === null ? 0 : 11 + (of.edns.subnet === null ? 0 : of.edns.subnet.length + 4));
  };
  // Dropping answers rebuilds the additional section; what isn't glue goes, EDNS with it.
  const cut = (count: number): Reply => {
    const answers = sections.answers.slice(0, count);
    return { ...reply, answers, additional: glueFor(answers, sections.additional), edns: null };
  };

  let dropped = false;
  if (isSmall) {
    const most = smallAnswers(options);
    if (reply.answers.length > most) {
      reply = cut(most);
      dropped = true;
      measuresPlain = true;
    }
  }
  if (reply.answers.length > 1 && length(reply) > softLimit) {
    reply = { ...reply, authority: [] };
    const count = mostThatFit(reply.answers.length - 1, (middle) => length(cut(middle)) <= softLimit);
    reply = { ...cut(count), authority: [] };
    dropped = true;
  }
  reply = { ...reply, truncated: dropped && options.enableTruncate };
  const written = writer.write(query, reply, compress, serial);
  if (written !== -1 && written <= hardLimit) return written;
  return writeWithoutAll(writer, query, reply, options, hardLimit);
}

/**
 * One answer with more beside it than the asker takes: additional records are left out from the end, and if the answer
 * itself is too long, TC says so. Upstream sends such a message as it is, and the client's socket cuts it.
 */
function writeWithoutAll(
  writer: MessageWriter,
  query: Query,
  reply: Reply,
  { compress, serial }: ReplyOptions,
  hardLimit: number,
): number {
  const attempt = (count: number): number => {
    const written = writer.write(query, { ...reply, additional: reply.additional.slice(0, count) }, compress, serial);
    return written === -1 ? Number.POSITIVE_INFINITY : written;
  };
  if (attempt(0) <= hardLimit) {
    const count = mostThatFit(reply.additional.length, (middle) => attempt(middle) <= hardLimit);
    const written = attempt(count);
    return written <= hardLimit ? written : attempt(0);
  }
  return writer.write(
    query,
    { ...reply, truncated: true, answers: [], authority: [], additional: [] },
    compress,
    serial,
  );
}
