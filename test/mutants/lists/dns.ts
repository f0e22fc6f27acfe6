// What DNS must not do.

import type { Mutant } from '../mutant.js';

const COMPOSE = ['unit/dns/compose'];
const RESPONDER = ['unit/dns/responder'];
const LIMITS = ['integration/dns/limits'];
const DNS = 'workers/state/dns';

export const dns: readonly Mutant[] = [
  {
    name: 'only_passing is ignored',
    file: `${DNS}/lookup-service.ts`,
    find: "(status === 'warning' && !onlyPassing)",
    replace: "status === 'warning'",
    tests: RESPONDER,
  },
  {
    name: 'a_record_limit is ignored',
    file: `${DNS}/lookup-service.ts`,
    find: 'const isLimited = isAddress && config.aRecordLimit > 0;',
    replace: 'const isLimited = false;',
    tests: RESPONDER,
  },
  {
    name: 'a_record_limit holds for SRV, too',
    file: `${DNS}/lookup-service.ts`,
    find: 'const isLimited = isAddress && config.aRecordLimit > 0;',
    replace: 'const isLimited = config.aRecordLimit > 0;',
    tests: RESPONDER,
  },
  {
    name: 'the weight of a warning instance is that of a passing one',
    file: `${DNS}/lookup-service.ts`,
    find: '? weights.Warning : weights.Passing',
    replace: '? weights.Passing : weights.Passing',
    tests: RESPONDER,
  },
  {
    name: 'DNS answers are kept over a restore',
    file: `${DNS}/responder.ts`,
    find: `      this.#generation = generation;
      this.#kept.clear();`,
    replace: '      this.#generation = generation;',
    tests: RESPONDER,
  },
  {
    name: 'DNS answers are kept over a reload',
    file: `${DNS}/responder.ts`,
    find: `    this.#replies.reload(config);
    this.#kept.clear();`,
    replace: '    this.#replies.reload(config);',
    tests: RESPONDER,
  },
  {
    name: 'a kept DNS answer is never looked at again',
    file: `${DNS}/responder.ts`,
    find: 'known.checkedAt === appliedIndex || known.isCurrent()',
    replace: 'known.checkedAt > 0',
    tests: RESPONDER,
  },
  {
    name: 'a kept service answer outlives the index of its service',
    file: 'workers/state/calls/local-reads.ts',
    find: 'isCurrent: () => isSame(prepared.read().value, value),',
    replace: 'isCurrent: () => true,',
    tests: RESPONDER,
  },
  {
    name: 'DNS takes any number of TCP connections',
    file: `${DNS}/tcp.ts`,
    find: 'sockets.size >= limits.connections',
    replace: 'sockets.size < 0',
    tests: LIMITS,
  },
  {
    name: 'a TCP connection that ended keeps its place',
    file: `${DNS}/tcp.ts`,
    find: '      sockets.delete(socket);\n',
    replace: '',
    tests: LIMITS,
  },
  {
    name: 'one client takes all TCP connections of DNS',
    file: `${DNS}/tcp.ts`,
    find: ' || !clients.enter(client)',
    replace: '',
    tests: LIMITS,
  },
  {
    name: 'a client of DNS never gets its place back',
    file: `${DNS}/tcp.ts`,
    find: '      clients.leave(client);',
    replace: '',
    tests: LIMITS,
  },
  {
    name: 'each spelling of a name has its own kept DNS answer',
    file: `${DNS}/labels.ts`,
    find: 'if (byte >= 0x41 && byte <= 0x5a) packet[at] = byte | 0x20;',
    replace: '',
    tests: ['unit/dns/spelling'],
  },
  {
    name: 'a DNS answer kept for one spelling goes to another as it is',
    file: `${DNS}/compose.ts`,
    find: 'query.hasUpperCase ? spelled(gathered, query) : gathered',
    replace: 'gathered',
    tests: ['unit/dns/spelling'],
  },
  {
    name: 'an encoded DNS reply is kept for one spelling and given to all',
    file: `${DNS}/kept-answers.ts`,
    find: 'isShuffled || isRespelled || ',
    replace: 'isShuffled || ',
    tests: ['unit/dns/spelling'],
  },
  {
    name: 'a kept DNS reply repeats the spelling of another question',
    file: `${DNS}/kept-answers.ts`,
    find: 'if (query.hasUpperCase) packet.copy(out, HEADER_LENGTH, HEADER_LENGTH, questionEnd - 4);',
    replace: '',
    tests: ['unit/dns/spelling'],
  },
  {
    name: 'kept DNS answers have a number and no size',
    file: `${DNS}/answer-cache.ts`,
    find: ' || this.#bytes + value.weight > this.#bounds.bytes',
    replace: '',
    tests: ['unit/dns/names'],
  },
  {
    name: 'encoded DNS replies weigh nothing',
    file: `${DNS}/answer-cache.ts`,
    find: 'if (this.#bytes > this.#bounds.bytes) this.#age();',
    replace: '',
    tests: ['unit/dns/names'],
  },
  {
    name: 'DNS replies pile up for an asker that does not read them',
    file: `${DNS}/tcp.ts`,
    find: 'this.#socket.writableLength > this.#limits.unsentBytes',
    replace: 'this.#socket.writableLength < 0',
    tests: LIMITS,
  },
  {
    name: 'an asker that stopped reading is never answered again',
    file: `${DNS}/tcp.ts`,
    find: `      this.#frames();
      if (!this.#isOver && !this.#isWaiting) socket.resume();`,
    replace: '',
    tests: LIMITS,
  },
  {
    name: 'a TCP connection may ask for ever',
    file: `${DNS}/tcp.ts`,
    find: '++this.#questions >= this.#limits.questions',
    replace: '++this.#questions < 0',
    tests: LIMITS,
  },
  {
    name: 'UDP replies pile up while the system takes none',
    file: `${DNS}/udp.ts`,
    find: ' && socket.getSendQueueSize() <= MAX_QUEUED_BYTES',
    replace: '',
    tests: LIMITS,
  },
  {
    name: 'no margin of eight bytes below the limit of UDP',
    file: `${DNS}/compose.ts`,
    find: 'hardLimit - UDP_MARGIN',
    replace: 'hardLimit',
    tests: COMPOSE,
  },
  {
    name: 'the margin of UDP is kept on TCP, too',
    file: `${DNS}/compose.ts`,
    find: "transport === 'udp' ? hardLimit - UDP_MARGIN : hardLimit",
    replace: 'hardLimit - 100 * UDP_MARGIN',
    tests: COMPOSE,
  },
  {
    name: 'fewer answers than would fit',
    file: `${DNS}/compose.ts`,
    find: 'if (fits(middle)) low = middle;',
    replace: 'if (fits(middle + 1)) low = middle;',
    tests: COMPOSE,
  },
  {
    name: 'TC is never set',
    file: `${DNS}/compose.ts`,
    find: 'truncated: dropped && options.enableTruncate',
    replace: 'truncated: false',
    tests: COMPOSE,
  },
  {
    name: 'TC is set without enable_truncate',
    file: `${DNS}/compose.ts`,
    find: 'truncated: dropped && options.enableTruncate',
    replace: 'truncated: dropped',
    tests: COMPOSE,
  },
  {
    name: 'what stands beside an answer that is too long is left out altogether',
    file: `${DNS}/compose.ts`,
    find: 'return written <= hardLimit ? written : attempt(0);',
    replace: 'return written < 0 ? written : attempt(0);',
    tests: COMPOSE,
  },
  {
    name: 'the shuffle prefers some orders',
    file: `${DNS}/compose.ts`,
    find: 'const other = at + Math.floor(random() * (items.length - at));',
    replace: 'const other = Math.floor(random() * items.length);',
    tests: COMPOSE,
  },
  {
    name: 'only the first instances are ever named',
    file: `${DNS}/compose.ts`,
    find: 'shuffleFront(answer.items, taken, options.random);',
    replace: 'shuffleFront(answer.items.slice(0, taken), taken, options.random);',
    tests: COMPOSE,
  },
];
