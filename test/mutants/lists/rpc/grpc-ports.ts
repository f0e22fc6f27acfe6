// Breakages of the ports of gRPC: whose calls are answered, what is told of changes, and to whom.

import type { Mutant } from '../../mutant.js';

const WATCHED = ['unit/workers/state/grpc/watched'];
const SERVER = ['integration/grpc/server'];
const ACL = ['integration/grpc/acl'];
const TLS = ['integration/grpc/tls'];

export const grpcPorts: readonly Mutant[] = [
  {
    name: 'gRPC: a token that is gone is told of what changes',
    file: 'workers/state/grpc/services/watched.ts',
    find: 'this.#ifKnown(() => this.#send());',
    replace: 'this.#send();',
    tests: WATCHED,
  },
  {
    name: 'gRPC: what was missed for want of room is never told',
    file: 'workers/state/grpc/services/watched.ts',
    find: '  drained(): void {\n    this.#send();',
    replace: '  drained(): void {',
    tests: WATCHED,
  },
  {
    name: 'gRPC: the same is told again',
    file: 'workers/state/grpc/services/watched.ts',
    find: 'if (frames === null || (this.frames !== null && frames.equals(this.frames))) return;',
    replace: 'if (frames === null) return;',
    tests: WATCHED,
  },
  {
    name: 'gRPC: a read goes on when nobody asks any more',
    file: 'workers/state/grpc/services/watched.ts',
    find: '    this.#source?.stop();\n    this.#source = null;\n    this.#over();',
    replace: '    this.#source = null;\n    this.#over();',
    tests: WATCHED,
  },
  {
    name: 'gRPC: what was told before a restore is told to who comes then',
    file: 'workers/state/grpc/services/watched.ts',
    find: '    this.frames = null;\n    this.changed();',
    replace: '    this.changed();',
    tests: WATCHED,
  },
  {
    name: 'gRPC: the anonymous token is any token',
    file: 'workers/state/grpc/services/any-token.ts',
    find: 'judged.accessor === ANONYMOUS_ACCESSOR ? NO_TOKEN : null',
    replace: 'null',
    tests: ACL,
  },
  {
    name: "gRPC: anybody is shown a proxy's settings",
    file: 'workers/state/methods/catalog/node-instance.ts',
    find: "value === null ? null : denial(authorizer, 'service:read', value.service.Service)",
    replace: 'null',
    tests: ACL,
  },
  {
    name: 'gRPC: a client certificate is not asked for',
    file: 'workers/state/grpc/grpc-ports.ts',
    find: "verifyIncoming ? 'required' : 'none'",
    replace: "verifyIncoming ? 'none' : 'none'",
    tests: TLS,
  },
  {
    name: 'gRPC: a reload leaves the certificate as it was',
    file: 'workers/state/grpc/grpc-ports.ts',
    find: 'if (this.#gate !== null) this.#gate.reload(tls.grpc);',
    replace: 'if (this.#gate !== null) return;',
    tests: TLS,
  },
  {
    name: 'gRPC: connections of a client are without number',
    file: 'workers/state/sockets/newcomers.ts',
    find: 'if (!clients.enter(client)) {',
    replace: 'if (!clients.enter(client) && false) {',
    tests: SERVER,
  },
  {
    name: 'gRPC: reflection leaves out what a file imports',
    file: 'workers/state/grpc/reflection/reflect.ts',
    find: '[file, ...file.imports]',
    replace: '[file]',
    tests: SERVER,
  },
  {
    name: 'gRPC: a server that is gone is told of',
    file: 'workers/state/methods/catalog/ready-servers.ts',
    find: 'value.filter(({ checks }) => checks.some(isAlive))',
    replace: 'value',
    tests: ['interop/grpc/go-grpc'],
  },
];
