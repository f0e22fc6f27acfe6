// What a check must not do: its thresholds, its turn, its output, what it leaves behind.

import type { Mutant } from '../../mutant.js';

const THRESHOLDS = ['unit/checks/thresholds'];
const SCHEDULER = ['unit/checks/scheduler'];
const SHARD = ['unit/checks/shard'];
const OUTPUT = ['unit/checks/output'];
const REDIRECT = ['unit/checks/http-redirect'];
const LEAKS = ['unit/checks/leaks'];
const HTTP = ['unit/checks/http'];
const RECORDED = ['unit/checks/recorded-outputs'];

export const checks: readonly Mutant[] = [
  {
    name: 'failures_before_critical is off by one',
    file: 'workers/checks/thresholds.ts',
    find: 'streaks.failures >= thresholds.failuresBeforeCritical',
    replace: 'streaks.failures > thresholds.failuresBeforeCritical',
    tests: THRESHOLDS,
  },
  {
    name: 'failures_before_warning is off by one',
    file: 'workers/checks/thresholds.ts',
    find: 'streaks.failures >= thresholds.failuresBeforeWarning',
    replace: 'streaks.failures > thresholds.failuresBeforeWarning',
    tests: THRESHOLDS,
  },
  {
    name: 'success_before_passing is off by one',
    file: 'workers/checks/thresholds.ts',
    find: 'streaks.successes >= thresholds.successBeforePassing',
    replace: 'streaks.successes > thresholds.successBeforePassing',
    tests: THRESHOLDS,
  },
  {
    name: 'a success does not end a row of failures',
    file: 'workers/checks/thresholds.ts',
    find: '    streaks.failures = 0;\n',
    replace: '',
    tests: THRESHOLDS,
  },
  {
    name: 'a failure does not end a row of successes',
    file: 'workers/checks/thresholds.ts',
    find: '  streaks.successes = 0;\n',
    replace: '',
    tests: THRESHOLDS,
  },
  {
    name: 'the first result has to reach the threshold too',
    file: 'workers/checks/thresholds.ts',
    find: 'failures: thresholds.failuresBeforeCritical };',
    replace: 'failures: 0 };',
    tests: THRESHOLDS,
  },
  {
    name: 'the timer of an HTTP check is never cleared',
    file: 'workers/checks/http/http.ts',
    find: '    clearTimeout(this.#timer);\n',
    replace: '',
    tests: LEAKS,
  },
  {
    name: 'the timer of a UDP check is never cleared',
    file: 'workers/checks/udp.ts',
    find: '    clearTimeout(this.#timer);\n',
    replace: '',
    tests: LEAKS,
  },
  {
    name: 'the timer of a TCP check that was called off goes on',
    file: 'workers/checks/tcp.ts',
    find: '  return () => {\n    clearTimeout(timer);\n',
    replace: '  return () => {\n',
    tests: LEAKS,
  },
  {
    name: 'the timer of a script is never cleared',
    file: 'workers/checks/script.ts',
    find: '    clearTimeout(this.#timer);\n',
    replace: '',
    tests: LEAKS,
  },
  {
    name: 'the timer of a gRPC check is never cleared',
    file: 'workers/checks/grpc.ts',
    find: '    clearTimeout(this.#timer);\n',
    replace: '',
    tests: LEAKS,
  },
  {
    name: 'an HTTP check that was called off keeps its connection',
    file: 'workers/checks/http/http-exchange.ts',
    find: '    socket.destroy();\n',
    replace: '',
    tests: LEAKS,
  },
  {
    name: 'a script that was called off goes on',
    file: 'workers/checks/script.ts',
    find: '    this.#killGroup();\n    this.#release();\n  }\n',
    replace: '    this.#release();\n  }\n',
    tests: LEAKS,
  },
  {
    name: 'only the script itself is killed, not its group',
    file: 'workers/checks/script.ts',
    find: 'process.kill(-pid,',
    replace: 'process.kill(pid,',
    tests: ['unit/checks/script'],
  },
  {
    name: 'all checks of a shard run at once at its start',
    file: 'workers/checks/scheduler.ts',
    find: 'this.#options.clock.random() * item.intervalMs',
    replace: '0',
    tests: SCHEDULER,
  },
  {
    name: 'more checks run at a time than are allowed',
    file: 'workers/checks/scheduler.ts',
    find: 'this.#running < this.#options.concurrency',
    replace: 'this.#running <= this.#options.concurrency',
    tests: SCHEDULER,
  },
  {
    name: 'a removed run keeps its slot',
    file: 'workers/checks/scheduler.ts',
    find: "    else if (phase === 'running') {\n      this.#running -= 1;\n",
    replace: "    else if (phase === 'running') {\n",
    tests: SCHEDULER,
  },
  {
    name: 'an output that changed alone is not told',
    file: 'workers/checks/shard.ts',
    find: 'if (!isNews && output === check.output) {',
    replace: 'if (!isNews) {',
    tests: SHARD,
  },
  {
    name: 'a late result of a replaced check counts',
    file: 'workers/checks/shard.ts',
    find: '    if (this.#checks.get(check.key) !== check) return;\n',
    replace: '',
    tests: SHARD,
  },
  {
    name: 'the digest of a long output is taken for that of its beginning',
    file: 'workers/checks/shard.ts',
    find: '.update(output).digest',
    replace: '.update(output.slice(0, REMEMBERED_LENGTH)).digest',
    tests: SHARD,
  },
  {
    name: 'the ring keeps one byte too many',
    file: 'workers/checks/probe/output.ts',
    find: 'this.#limit = Math.max(0, Math.floor(limit));',
    replace: 'this.#limit = Math.max(0, Math.floor(limit)) + 1;',
    tests: OUTPUT,
  },
  {
    name: 'the ring keeps the first bytes instead of the last',
    file: 'workers/checks/probe/output.ts',
    find: 'chunk.copy(this.#bytes, 0, chunk.length - this.#limit);',
    replace: 'chunk.copy(this.#bytes, 0, 0);',
    tests: OUTPUT,
  },
  {
    name: 'an output of just the limit is said to be cut',
    file: 'workers/checks/probe/output.ts',
    find: 'if (this.#total <= this.#limit) return this.text();',
    replace: 'if (this.#total < this.#limit) return this.text();',
    tests: OUTPUT,
  },
  {
    name: 'an HTTP check follows eleven redirects',
    file: 'workers/checks/http/http-redirect.ts',
    find: 'const MAX_REQUESTS = 10;',
    replace: 'const MAX_REQUESTS = 11;',
    tests: RECORDED,
  },
  {
    name: 'credentials go along to a stranger',
    file: 'workers/checks/http/http-redirect.ts',
    find: '!isStranger || !SENSITIVE.has(name)',
    replace: 'true',
    tests: HTTP,
  },
  {
    name: 'a host whose name ends alike is taken for a subdomain',
    file: 'workers/checks/http/http-redirect.ts',
    find: 'initial === target || ',
    replace: 'initial === target || target.endsWith(initial) || ',
    tests: REDIRECT,
  },
  {
    name: 'the Referer goes from https to http',
    file: 'workers/checks/http/http-redirect.ts',
    find: "const leavesTls = request.url.scheme === 'https' && url.scheme === 'http';",
    replace: 'const leavesTls = false;',
    tests: REDIRECT,
  },
  {
    name: 'the Host header goes along to another server',
    file: 'workers/checks/http/http-redirect.ts',
    find: "host: location.url.scheme === '' && location.url.host === '' ? request.host : '',",
    replace: 'host: request.host,',
    tests: REDIRECT,
  },
  {
    name: 'a 429 is critical',
    file: 'workers/checks/http/http.ts',
    find: "return code === 429 ? 'warning' : 'critical';",
    replace: "return 'critical';",
    tests: RECORDED,
  },
  {
    name: 'any code below 400 passes',
    file: 'workers/checks/http/http.ts',
    find: 'code <= 299',
    replace: 'code <= 399',
    tests: RECORDED,
  },
  {
    name: 'an answer of gzip is decoded though the definition asked for it itself',
    file: 'workers/checks/http/http.ts',
    find: 'if (head.isGzip && asksForGzip(this.#request))',
    replace: 'if (head.isGzip)',
    tests: HTTP,
  },
];
