// What a start leaves out to be quick, and must not lose.

import type { Mutant } from '../../mutant.js';

const INSTALLED = ['integration/cli/installed'];

export const start: readonly Mutant[] = [
  {
    name: 'a server that was away for too long comes back',
    file: 'main/server-metadata.ts',
    find: '<= maxAgeMs) return null;',
    replace: '<= 2 * maxAgeMs) return null;',
    tests: ['integration/agent/rejoin-age'],
  },
  {
    name: 'the name of extra certificates stays hidden',
    file: 'cli/main.ts',
    find: "  process.env['NODE_EXTRA_CA_CERTS'] = extraCertificates;\n",
    replace: '',
    tests: INSTALLED,
  },
  {
    name: 'commands trust no extra certificates',
    file: 'cli/http/trusted-roots.ts',
    find: "return [...rootCertificates, fs.readFileSync(file, 'utf8')];",
    replace: "return [...rootCertificates, fs.readFileSync(file, 'utf8')].slice(0, -1);",
    tests: INSTALLED,
  },
  {
    name: 'a state worker that can not be put together hangs',
    file: 'workers/state/assembly/state-thread.ts',
    find: '  const worker = new StateWorker(data, telemetry, open);\n  surviveSurprises(telemetry.logger);\n',
    replace: '  surviveSurprises(telemetry.logger);\n  const worker = new StateWorker(data, telemetry, open);\n',
    tests: ['unit/workers/state/assembly/state-thread'],
  },
  {
    name: 'HTTP answers before there is DNS',
    file: 'workers/state/assembly/state-worker.ts',
    find: [
      '    const dns = await openDns(parts, mode, closing);',
      '    const grpc = await openGrpc(parts, mode, dns, closing);',
      '    // Last: whoever waits until an agent answers over HTTP finds its other ports open.',
      '    const http = await openHttp(parts, mode, local, closing);',
    ].join('\n'),
    replace: [
      '    const http = await openHttp(parts, mode, local, closing);',
      '    const dns = await openDns(parts, mode, closing);',
      '    const grpc = await openGrpc(parts, mode, dns, closing);',
    ].join('\n'),
    tests: ['integration/agent/lifecycle'],
  },
  {
    name: 'nobody catches what a start meets that nobody foresaw',
    file: 'main/agent.ts',
    find: 'this.#open().catch((error: unknown) => this.#fatal(errorDetail(error)));',
    replace: 'void this.#open();',
    tests: INSTALLED,
  },
  {
    name: 'a log line shows invisible characters of other alphabets as they are',
    file: 'observe/log-render.ts',
    find: 'const INVISIBLE = /\\p{C}/u;',
    replace: 'const INVISIBLE = /\\p{Cc}/u;',
    tests: ['unit/observe/log-render'],
  },
  {
    name: 'a line of a log value that has letters of other alphabets may move the cursor',
    file: 'observe/log-render.ts',
    find: 'const PLAIN_LINE = /^[\\t\\x20-\\x7e]*$/;',
    replace: 'const PLAIN_LINE = /^[^\\x00-\\x1f]*$/;',
    tests: ['unit/observe/log-render'],
  },
  {
    name: "the launcher's limit for main's young generation holds for every thread",
    file: 'main/young-generations.ts',
    find: "setFlagsFromString('--max-semi-space-size=0');",
    replace: '',
    tests: ['unit/main/young-generations'],
  },
  {
    name: "the parser's option for WebAssembly stays, and no thread takes Node's own compiled code any more",
    file: 'wasm/tiering.ts',
    find: 'setFlagsFromString(OWN);',
    replace: '',
    tests: ['unit/wasm/tiering'],
  },
  {
    name: 'a module for rare use is compiled anew as soon as any other',
    file: 'wasm/tiering.ts',
    find: 'setFlagsFromString(LARGE);',
    replace: '',
    tests: ['unit/wasm/tiering'],
  },
];
