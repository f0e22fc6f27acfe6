// What the HTTP API must not do.

import type { Mutant } from '../../mutant.js';

const HTTP = 'workers/state/http';
const CALLS = 'workers/state/calls';
const READS = ['unit/workers/state/http/reads'];
const LONG_ANSWERS = ['unit/workers/state/http/long-answers'];

export const http: readonly Mutant[] = [
  {
    name: 'a body that is taken keeps the room it grew into',
    file: `${HTTP}/engine/gathered-bytes.ts`,
    find: 'if (taken.length > length) taken = copyOf(taken, length, length);',
    replace: 'if (taken.length > length) taken = taken.subarray(0, length);',
    tests: ['unit/workers/state/http/body'],
  },
  {
    name: 'bodies under way have no bound in sum',
    file: `${HTTP}/message/body.ts`,
    find: 'this.#all.bytes + bytes.length > this.#all.max',
    replace: 'this.#all.max < 0',
    tests: ['unit/workers/state/http/body'],
  },
  {
    name: 'a body that was refused counts as under way for ever',
    file: `${HTTP}/message/body.ts`,
    find: `    this.#isOver = true;
    this.#all.bytes -= this.#gathered.length;`,
    replace: '    this.#isOver = true;',
    tests: ['unit/workers/state/http/body'],
  },
  {
    name: 'bodies without a limit of their own have none',
    file: `${HTTP}/api-call.ts`,
    find: 'collectBody(this.#exchange, this.policy.maxBodyBytes,',
    replace: 'collectBody(this.#exchange, Number.MAX_SAFE_INTEGER,',
    tests: ['unit/workers/state/http/body-limits'],
  },
  {
    name: 'a long body is decoded in one go',
    file: `${HTTP}/judge.ts`,
    find: 'bytes.byteLength > LONG_BODY_BYTES',
    replace: 'bytes.byteLength > LONG_BODY_BYTES * 1e6',
    tests: ['unit/workers/state/http/body-limits'],
  },
  {
    name: 'text of a long body is kept for as long as anything in it',
    file: 'gotext/json-tokens.ts',
    find: 'this.#isWellFormed && this.#stride === Number.POSITIVE_INFINITY',
    replace: 'this.#isWellFormed',
    tests: ['unit/gotext/json-steps'],
  },
  {
    name: 'a character is cut where a piece of a long body ends',
    file: 'gotext/json-steps.ts',
    find: 'return lengthOfCharacter(byte) > back ? end - back : end;',
    replace: 'return end;',
    tests: ['unit/gotext/json-steps'],
  },
  {
    name: 'wait is not capped',
    file: `${HTTP}/parameters/read-options.ts`,
    find: 'else if (waitMs > limits.maxQueryTimeMs) waitMs = limits.maxQueryTimeMs;',
    replace: '',
    tests: ['unit/workers/state/http/read-options'],
  },
  {
    name: 'a wait of 0 is none rather than the default',
    file: `${HTTP}/parameters/read-options.ts`,
    find: 'if (waitMs <= 0) waitMs = limits.defaultQueryTimeMs;',
    replace: 'if (waitMs < 0) waitMs = limits.defaultQueryTimeMs;',
    tests: ['unit/workers/state/http/read-options'],
  },
  {
    name: 'waits have no share of chance',
    file: `${HTTP}/parameters/read-options.ts`,
    find: 'return waitMs + (Math.random() * waitMs) / JITTER;',
    replace: 'return waitMs;',
    tests: ['unit/workers/state/http/read-options'],
  },
  {
    name: 'who was refused for too many connections frees a place',
    file: `${HTTP}/net/net-engine.ts`,
    find: `      refuseCrowd(socket);
      return;`,
    replace: `      refuseCrowd(socket);
      this.#clients.leave(client);
      return;`,
    tests: ['integration/http/limits'],
  },
  {
    name: 'a body that is announced as too large is read all the same',
    file: `${HTTP}/message/body.ts`,
    find: 'if (exchange.bodyLength > limit) return',
    replace: 'if (exchange.bodyLength < 0) return',
    tests: ['unit/workers/state/http/api'],
  },
  {
    name: 'misses that pass the index answer a query for an absent key',
    file: `${CALLS}/blocking-read.ts`,
    find: 'if (this.#missed && index > this.#minIndex) this.#minIndex = index;',
    replace: '',
    tests: READS,
  },
  {
    name: 'a restore leaves a query with a higher index waiting',
    file: `${CALLS}/blocking-read.ts`,
    find: 'if (isRestored || index > this.#minIndex) {',
    replace: 'if (index > this.#minIndex) {',
    tests: READS,
  },
  {
    name: 'a woken query answers although nothing is newer',
    file: `${CALLS}/blocking-read.ts`,
    find: 'if (isRestored || index > this.#minIndex) {',
    replace: 'if (isRestored || index >= 0) {',
    tests: READS,
  },
  {
    name: 'a woken consistent read does not ask whether we lead',
    file: `${CALLS}/blocking-read.ts`,
    find: `if (this.consistency !== 'consistent') {`,
    replace: 'if (this.consistency === this.consistency) {',
    tests: READS,
  },
  {
    name: 'an index of 0 is shown',
    file: `${CALLS}/blocking-read.ts`,
    find: 'return index > 0 ? index : 1;',
    replace: 'return index;',
    tests: READS,
  },
  {
    name: 'a query that waited answers with the old index',
    file: `${HTTP}/read-headers.ts`,
    find: `    index === lastIndex &&
`,
    replace: '',
    tests: READS,
  },
  {
    name: 'streaming answers know their leader',
    file: `${HTTP}/read-headers.ts`,
    find: 'const known = !streaming && knownLeader;',
    replace: 'const known = knownLeader;',
    tests: READS,
  },
  {
    name: 'a required parameter may be missing',
    file: `${HTTP}/parameters/parameters.ts`,
    find: 'source.query.has(name) ? parameter.read(source, name) : new Refused(missing)',
    replace: 'parameter.read(source, name)',
    tests: ['unit/workers/state/http/parameters'],
  },
  {
    name: 'a bad parameter counts as absent',
    file: `${HTTP}/parameters/parameter-set.ts`,
    find: 'if (value instanceof Refused) return value;',
    replace: 'if (value instanceof Refused) continue;',
    tests: ['unit/workers/state/http/parameters'],
  },
  {
    name: 'a call that names no parameter of the row costs an object',
    file: `${HTTP}/parameters/parameter-set.ts`,
    find: 'if (value === parameter.absent) continue;',
    replace: '',
    tests: ['unit/workers/state/http/parameters'],
  },
  {
    name: 'what is turned off answers all the same',
    file: `${HTTP}/judge.ts`,
    find: 'if (turnedOff !== null) return new Refused(turnedOff);',
    replace: '',
    tests: ['unit/workers/state/http/coordinate'],
  },
  {
    name: 'the rest of a path may always be missing',
    file: `${HTTP}/judge.ts`,
    find: 'if (missing && !mayBeEmpty)',
    replace: 'if (missing === undefined)',
    tests: ['unit/workers/state/endpoints/locks'],
  },
  {
    name: 'cached reads with another filter are hits',
    file: `${HTTP}/read-cache.ts`,
    find: 'for (const name of selecting) {',
    replace: 'for (const name of selecting.slice(1)) {',
    tests: READS,
  },
  {
    name: 'the cache of who asked what is unbounded',
    file: `${HTTP}/read-cache.ts`,
    find: 'if (this.#entries.size <= MAX_ENTRIES) return;',
    replace: 'if (this.#entries.size > 0) return;',
    tests: ['unit/workers/state/http/read-cache'],
  },
  {
    name: 'a stale read needs no leader that was ever heard of',
    file: `${CALLS}/server-calls.ts`,
    find: 'if (!leadership.hadLeader) return false;',
    replace: '',
    tests: READS,
  },
  {
    name: 'a stale read older than max_stale is answered',
    file: `${CALLS}/server-calls.ts`,
    find: 'return maxStaleMs <= 0 || leadership.lastContactMs <= maxStaleMs || leadership.mayServe;',
    replace: 'return true;',
    tests: READS,
  },
  {
    name: 'a read without a leader waits for ever',
    file: `${CALLS}/pauses.ts`,
    find: 'if (leftMs <= 0) return null;',
    replace: '',
    tests: READS,
  },
  {
    name: 'small answers are compressed, too',
    file: `${HTTP}/api-call.ts`,
    find: 'if (body.length >= MIN_GZIP_BYTES && ',
    replace: 'if (body.length > 0 && ',
    tests: ['unit/workers/state/http/api'],
  },
  {
    name: 'a limit on connections set by a reload is ignored',
    file: 'workers/state/sockets/client-limit.ts',
    find: `this.#max = max;
  }

  /** False`,
    replace: `}

  /** False`,
    tests: ['unit/workers/state/http/pieces'],
  },
  {
    name: 'uws: a query waits whose client has no place any more',
    file: `${HTTP}/uws/uws-engine.ts`,
    find: 'if (!isCounted && exchange.isRefusable) return false;',
    replace: '',
    tests: ['integration/http/uws'],
  },
  {
    name: 'uws: a stream that has begun is refused',
    file: `${HTTP}/uws/uws-exchange.ts`,
    find: '!this.#isStreaming && (',
    replace: '(',
    tests: ['integration/http/uws'],
  },
  {
    name: 'uws: the answer leaves a paused connection paused',
    file: `${HTTP}/uws/uws-exchange.ts`,
    find: `    this.resumeBody();
    this.#response.writeStatus`,
    replace: '    this.#response.writeStatus',
    tests: ['integration/http/body-pieces'],
  },
  {
    name: 'what llhttp found is looked for where its memory was before it grew',
    file: 'workers/state/http/net/recorded-events.ts',
    find: '    if (this.#words.byteLength === 0) this.#words = new Int32Array(this.#memory.buffer);\n',
    replace: '',
    tests: ['unit/workers/state/http/recorded-events'],
  },
  {
    name: 'a piece full of short headers finds no room for what llhttp notes',
    file: 'workers/state/http/net/recorded-events.ts',
    find: 'EVENT_WORDS * (inputBytes + EVENTS_AT_ONE_BYTE)',
    replace: 'EVENT_WORDS * ((inputBytes >> 3) + EVENTS_AT_ONE_BYTE)',
    tests: ['unit/workers/state/http/recorded-events'],
  },
  {
    name: 'a long list is one text',
    file: `${HTTP}/message/json-pieces.ts`,
    find: 'if (text.length > atOnce) return',
    replace: 'if (at < 0) return',
    tests: LONG_ANSWERS,
  },
  {
    name: 'an empty list that is cut in two is indented',
    file: 'gotext/json-indent.ts',
    find: 'this.#opening = compact.slice(-1);\n      compact = compact.slice(0, -1);',
    replace: '',
    tests: LONG_ANSWERS,
  },
  {
    name: 'a long answer that is cut short by a bug looks whole',
    file: `${HTTP}/api-call.ts`,
    find: 'if (!gone) this.#exchange.drop();',
    replace: 'if (!gone) stream.end();',
    tests: LONG_ANSWERS,
  },
  {
    name: 'all of a long answer is made, however slow the client is',
    file: `${HTTP}/message/piecewise-body.ts`,
    find: 'if (!write(piece)) return false;',
    replace: 'write(piece);',
    tests: LONG_ANSWERS,
  },
];
