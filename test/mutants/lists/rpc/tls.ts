// TLS: who is taken in, who is spoken to, where certificates come from and when they are changed.

import type { Mutant } from '../../mutant.js';

const DIALERS = ['unit/tls/dialers'];
const GIVEN = ['unit/workers/state/auto-encrypt/agent-certificate'];
const EXPIRY = ['unit/workers/state/assembly/certificate-expiry'];
const RPC = ['integration/tls/rpc'];
const HTTPS = ['integration/tls/https'];
const AUTO_ENCRYPT = ['integration/tls/auto-encrypt'];
const PORT = 'workers/state/rpc/listener/port-tls.ts';
const AGENT = 'workers/state/auto-encrypt/agent-certificate.ts';

const listeners: readonly Mutant[] = [
  {
    name: 'Raft is spoken with whoever has a certificate',
    file: PORT,
    find: '!this.#isServer(socket)',
    replace: 'this.#isServer(socket) === null',
    tests: RPC,
  },
  {
    name: 'the server port asks for a certificate and takes who has none',
    file: PORT,
    find: "if (verifyIncoming) return 'required';",
    replace: "if (verifyIncoming) return 'asked';",
    tests: RPC,
  },
  {
    name: 'requests in clear are taken with verify_incoming',
    file: PORT,
    find: '} else if (this.#stanza.verifyIncoming) {',
    replace: '} else if (this.#stanza.verifyIncoming && kind === RAFT) {',
    tests: RPC,
  },
  {
    name: 'HTTPS asks no client for a certificate',
    file: 'workers/state/http/net/secure-accept.ts',
    find: "verifyIncoming ? 'required' : 'none'",
    replace: "verifyIncoming ? 'asked' : 'none'",
    tests: HTTPS,
  },
  {
    name: 'listeners go on with the old certificate after a reload',
    file: 'workers/state/sockets/tls/gate.ts',
    find: 'reload(stanza: TlsStanza): void {\n    this.#server = this.#make(stanza);',
    replace: 'reload(stanza: TlsStanza): void {\n    this.#make(stanza);',
    tests: HTTPS,
  },
  {
    name: 'nobody knows who broke off a handshake',
    file: 'workers/state/sockets/tls/gate.ts',
    find: 'refusals.refused(problem, addressOf(socket), detail);',
    replace: 'addressOf(socket); refusals.refused(problem, remoteAddress(socket), detail);',
    tests: HTTPS,
  },
  {
    name: 'suites without authenticated encryption are spoken',
    file: 'tls/policy.ts',
    find: "return [...TLS_1_3_SUITES, ...chosen].join(':');",
    replace: "return [...TLS_1_3_SUITES, ...chosen, 'ALL'].join(':');",
    tests: HTTPS,
  },
  {
    name: 'a session that began without a certificate is gone on with where one is demanded',
    file: PORT,
    find: 'ca: [], ticketKeys: new Uint8Array(0)',
    replace: 'ca: []',
    tests: AUTO_ENCRYPT,
  },
  {
    name: 'whoever was given a certificate for the name of a server is one',
    file: PORT,
    find: 'return this.#clientAuthorities.length === 0 ||',
    replace: 'return this.#clientAuthorities.length >= 0 ||',
    tests: AUTO_ENCRYPT,
  },
  {
    name: 'everything is answered without a certificate behind byte 7',
    file: 'workers/state/rpc/rpc-server.ts',
    find: 'new Map([[row.method.name, serve(row)]])',
    replace: 'new Map([...parts.methods, [row.method.name, serve(row)]])',
    tests: AUTO_ENCRYPT,
  },
  {
    name: 'any certificate is signed for who shows none',
    file: 'workers/state/leader/authority/signing.ts',
    find: "if (asked?.kind !== 'agent')",
    replace: 'if (asked === null)',
    tests: AUTO_ENCRYPT,
  },
  {
    name: 'who has no certificate and says nothing keeps its connection',
    file: 'workers/state/rpc/auto-encrypt/bootstrap-connection.ts',
    find: 'socket.setTimeout(silenceMs, () => socket.destroy());',
    replace: 'socket.setTimeout(silenceMs);',
    tests: ['unit/workers/state/rpc/bootstrap-connection'],
  },
];

const dialers: readonly Mutant[] = [
  {
    name: 'servers of any authority are spoken to',
    file: 'tls/dialing.ts',
    find: "const untrusted = secure.authorized ? '' :",
    replace: "const untrusted = secure.encrypted ? '' :",
    tests: DIALERS,
  },
  {
    name: 'servers of any name are spoken to with verify_server_hostname',
    file: 'tls/server-dialer.ts',
    find: 'const name = verifiesHostname ?',
    replace: "const name = verifiesHostname && domain === '' ?",
    tests: DIALERS,
  },
  {
    name: 'who asks for a certificate believes anybody, whatever CA is named',
    file: 'tls/bootstrap-dialer.ts',
    find: 'material.ca.length > 0',
    replace: 'material.ca.length > 1',
    tests: DIALERS,
  },
  {
    name: 'servers are dialed before there is a certificate to show',
    file: 'tls/server-dialer.ts',
    find: 'if (this.#obstacle !== null) return',
    replace: "if (this.#obstacle === '') return",
    tests: DIALERS,
  },
  {
    name: "an agent's certificate signs others",
    file: 'tls/issued-by.ts',
    find: 'return authority.ca && certificate.checkIssued(authority)',
    replace: 'return authority.ca || certificate.checkIssued(authority)',
    tests: DIALERS,
  },
];

const given: readonly Mutant[] = [
  {
    name: 'a certificate of somebody else is taken',
    file: AGENT,
    find: 'if (!(await isOfKey(certificate, key)))',
    replace: "if (key === '')",
    tests: GIVEN,
  },
  {
    name: 'an agent keeps its certificate when another root signs',
    file: AGENT,
    find: 'activeRootOf(roots) !== this.#rootId;',
    replace: "activeRootOf(roots) === '';",
    tests: GIVEN,
  },
  {
    name: 'a certificate that is over by the time of day stays',
    file: AGENT,
    find: 'if (isOver || this.#deadlines',
    replace: 'if (this.#deadlines',
    tests: GIVEN,
  },
  {
    name: 'a refused agent asks over and over',
    file: AGENT,
    find: 'this.#pauseMs = Math.min(2 * (this.#pauseMs || FIRST_PAUSE_MS / 2), LAST_PAUSE_MS);',
    replace: 'this.#pauseMs = FIRST_PAUSE_MS;',
    tests: GIVEN,
  },
  {
    name: 'servers are trusted by the file alone, whatever they say of themselves',
    file: 'workers/state/auto-encrypt/with-certificate.ts',
    find: '[...stanza.material.ca, ...authorities]',
    replace: '[...stanza.material.ca, ...authorities.slice(1)]',
    tests: ['unit/workers/state/auto-encrypt/with-certificate'],
  },
  {
    name: 'the certificate of the servers takes the place of HTTPS files',
    file: 'workers/state/auto-encrypt/with-certificate.ts',
    find: "https: https.material.cert === '' ?",
    replace: "https: https.material.cert !== 'x' ?",
    tests: ['unit/workers/state/auto-encrypt/with-certificate'],
  },
  {
    name: 'a certificate that ends within the month is told of on its last day only',
    file: 'workers/state/assembly/tls/certificate-expiry.ts',
    find: 'if (leftMs >= warnMs) continue;',
    replace: 'if (leftMs >= DAY_MS) continue;',
    tests: EXPIRY,
  },
  {
    name: 'a certificate that ends soon is told of every minute',
    file: 'workers/state/assembly/tls/certificate-expiry.ts',
    find: 'this.#linesMs = HOUR_MS - MINUTE_MS;',
    replace: 'this.#linesMs = 0;',
    tests: EXPIRY,
  },
];

export const tls: readonly Mutant[] = [...listeners, ...dialers, ...given];
