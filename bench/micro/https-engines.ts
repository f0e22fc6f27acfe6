// HTTPS by the engine `net` against HTTPS by uWebSockets.js itself: what a request costs, and for how long a crowd of handshakes
// holds up everything else of the thread. Run, on a Node that the library is for:
//   node dist/bench/micro/https-engines.js net|uws [ec|rsa]
// It says what it costs that `net` serves HTTPS whichever engine serves HTTP (docs/spec/http.md, "HTTPS"). Held up is measured in
// CPU time between two turns of the loop, so that other work of the machine doesn't count.

import { spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import fs from 'node:fs';
import https from 'node:https';
import os from 'node:os';
import path from 'node:path';
import tls from 'node:tls';
import { fileURLToPath } from 'node:url';
import { makeAgentRoot, readKey } from '../../src/certificates/certificates.js';
import { Logger, LogSink } from '../../src/observe/logger.js';
import { Metrics } from '../../src/observe/metrics.js';
import { NetEngine } from '../../src/workers/state/http/net/net-engine.js';
import type { UwsApp } from '../../src/workers/state/http/uws/uws-module.js';
import { TlsRefusals } from '../../src/workers/state/sockets/tls/refusals.js';
import { NO_TLS } from '../../test/tls.js';

const CROWD = 500;
const CONNECTIONS = 64;
const SECONDS = 5;
const BODY = JSON.stringify({ hello: 'x'.repeat(238) });

const [, , mode = 'net', kind = 'ec'] = process.argv;
if (mode === 'crowd') await crowd(Number(kind));
else if (mode === 'requests') await requests(Number(kind));
else await measure();

interface SecureUws {
  SSLApp(options: { readonly key_file_name: string; readonly cert_file_name: string }): UwsApp;
  us_socket_local_port(socket: object): number;
}

async function measure(): Promise<void> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lictor-https-engines-'));
  const { cert, key } = await pair();
  const [certFile, keyFile] = ['cert.pem', 'key.pem'].map((name) => path.join(folder, name)) as [string, string];
  fs.writeFileSync(certFile, cert);
  fs.writeFileSync(keyFile, key);
  const port = mode === 'uws' ? await listenUws(certFile, keyFile) : await listenNet(cert, key);
  // The first of all loads what it needs.
  await client('crowd', port);
  const longest = watchTurns();
  await client('crowd', port);
  const heldUpMs = longest();
  const before = process.cpuUsage();
  const answered = Number(await client('requests', port));
  const { user, system } = process.cpuUsage(before);
  const shown = {
    mode,
    kind,
    handshakes: CROWD,
    heldUpMs: heldUpMs.toFixed(1),
    perRequestUs: ((user + system) / answered).toFixed(1),
  };
  process.stdout.write(`${JSON.stringify(shown)}\n`);
  fs.rmSync(folder, { recursive: true });
  process.exit(0);
}

async function pair(): Promise<{ readonly cert: string; readonly key: string }> {
  const { privateKey } =
    kind === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const cert = await makeAgentRoot({
    key: readKey(key),
    serialNumber: BigInt(`0x${randomBytes(7).toString('hex')}`),
    name: 'bench',
    names: { dns: ['localhost'], addresses: [], uris: [] },
    notBeforeMs: Date.now() - 3_600_000,
    notAfterMs: Date.now() + 3_600_000,
    permittedDomains: [],
  });
  return { cert, key };
}

async function listenUws(certFile: string, keyFile: string): Promise<number> {
  const uws = (await import('uWebSockets.js')) as SecureUws;
  const app = uws.SSLApp({ cert_file_name: certFile, key_file_name: keyFile });
  app.any('/*', (response) => {
    response.writeHeader('Content-Type', 'application/json');
    response.end(BODY);
  });
  return new Promise((resolve, reject) => {
    app.listen('127.0.0.1', 0, 0, (socket) => {
      if (socket === false) reject(new Error('the port is taken'));
      else resolve(uws.us_socket_local_port(socket));
    });
  });
}

async function listenNet(cert: string, key: string): Promise<number> {
  const logger = new Logger('bench', new LogSink('error', () => {}));
  const engine = new NetEngine({
    listener: (exchange) => exchange.reply(200, 'Content-Type: application/json\r\n', BODY),
    limits: {
      maxHeaderBytes: 8192,
      maxConnectionsPerClient: 0,
      slowHeaderMs: 10_000,
      slowBodyMs: 10_000,
      slowBodyBytes: 1,
    },
    unixSocket: { user: '', group: '', mode: '' },
    logger,
    secure: {
      stanza: { ...NO_TLS, material: { ca: [], cert, key, ticketKeys: randomBytes(48) } },
      handshakeTimeoutMs: 60_000,
      refusals: new TlsRefusals('https', logger, new Metrics()),
    },
  });
  return (await engine.listen({ kind: 'tcp', address: '127.0.0.1', port: 0 }, 'secure')).port;
}

/** Answers the longest stretch of work so far, in milliseconds of CPU. */
function watchTurns(): () => number {
  let longest = 0;
  let last = process.cpuUsage();
  const turn = (): void => {
    const { user, system } = process.cpuUsage(last);
    longest = Math.max(longest, (user + system) / 1000);
    last = process.cpuUsage();
    setTimeout(turn, 1);
  };
  turn();
  return () => longest;
}

async function client(what: 'crowd' | 'requests', port: number): Promise<string> {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), what, String(port)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  const [code] = (await once(child, 'close')) as [number];
  if (code !== 0) throw new Error(`the client ended with ${code}`);
  return text;
}

/** All of them as fast as a client can. */
async function crowd(port: number): Promise<void> {
  const options = { host: '127.0.0.1', port, rejectUnauthorized: false };
  const sockets = Array.from({ length: CROWD }, () => tls.connect(options));
  await Promise.all(sockets.map((socket) => once(socket, 'secureConnect')));
  for (const socket of sockets) socket.destroy();
}

/** Prints how many were answered. */
async function requests(port: number): Promise<void> {
  const agent = new https.Agent({ keepAlive: true, maxSockets: CONNECTIONS, rejectUnauthorized: false });
  const until = performance.now() + SECONDS * 1000;
  let answered = 0;
  const one = async (): Promise<void> => {
    while (performance.now() < until) {
      await new Promise<void>((resolve, reject) => {
        const asked = https.get({ host: '127.0.0.1', port, path: '/v1/hello', agent }, (response) => {
          response.resume();
          response.on('end', resolve);
        });
        asked.on('error', reject);
      });
      answered += 1;
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, one));
  process.stdout.write(String(answered));
  agent.destroy();
}
