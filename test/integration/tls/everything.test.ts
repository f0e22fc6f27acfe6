// Everything on at once, as a careful operator has it: three servers and two client agents with default deny, TLS that demands and
// verifies certificates in all directions, HTTPS with client certificates, encrypted gossip; one client agent has its certificate
// from the servers. The gossip key, the CA and all certificates are changed under load, and no request fails.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import https from 'node:https';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import tls from 'node:tls';
import { type AgentProcess, waitFor } from '../../agent-process.js';
import { freePorts } from '../../ports.js';
import { type Pair, TestAuthority } from '../../tls.js';
import { keyring as keyringCommand } from '../cluster/keyring-command.js';
import { ThreeServers } from '../cluster/three-servers.js';
import { askForCertificate } from './bootstrap.js';

const MANAGEMENT = 'aaaaaaaa-0000-4000-8000-00000000000e';
const AGENT = 'a9e00000-0000-4000-8000-00000000000e';
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lictor-everything-'));
const file = (name: string): string => path.join(folder, name);
const firstKey = randomBytes(32).toString('base64');

let authority: TestAuthority;
/** In all of the changes, so that each falls into some. */
const LEAST_REQUESTS = 500;

let cluster: ThreeServers;
/** Of whoever sends the load: his certificate, and whom he trusts. */
let caller: Pair;
let trusted: string;
/** HTTPS ports: of the servers, of the client agent with files, of the one without. */
let ports: readonly number[] = [];
let agents: readonly AgentProcess[] = [];

const ACL = `acl {
  enabled = true
  default_policy = "deny"
  tokens { initial_management = "${MANAGEMENT}" agent = "${AGENT}" }
}`;

/** `files`: of the certificate, where there are any. */
function settings(files: string): string {
  return `tls {
  defaults {
    ca_file = "${file('agent-ca.pem')}"
    ${files}
    verify_incoming = true
    verify_outgoing = true
  }
  internal_rpc { verify_server_hostname = true }
}`;
}

const certificate = (name: string): string =>
  `cert_file = "${file(`${name}.pem`)}" key_file = "${file(`${name}-key.pem`)}"`;

function writePair(name: string, { cert, key }: Pair): void {
  fs.writeFileSync(file(`${name}.pem`), cert);
  fs.writeFileSync(file(`${name}-key.pem`), key);
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** By HTTPS, with the caller's certificate and the management token. */
function ask(port: number, agent: https.Agent, method: string, target: string, body = ''): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { 'X-Consul-Token': MANAGEMENT, 'Content-Length': Buffer.byteLength(body) };
    const request = https.request({ host: '127.0.0.1', port, agent, method, path: target, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      response.on('error', reject);
    });
    request.on('error', reject);
    request.end(body);
  });
}

function connections(pair: Pair, keepAlive: boolean): https.Agent {
  return new https.Agent({ keepAlive, ca: trusted, servername: 'localhost', ...pair });
}

/** Whether a new connection with this certificate is answered. */
async function isTaken(port: number, pair: Pair): Promise<boolean> {
  const answer = await ask(port, connections(pair, false), 'GET', '/v1/status/leader').catch(() => null);
  return answer?.status === 200;
}

/** The serial number of what is shown to a caller. */
function shown(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = tls.connect({ host: '127.0.0.1', port, ca: trusted, servername: 'localhost', ...caller }, () => {
      resolve(socket.getPeerCertificate().serialNumber);
      socket.destroy();
    });
    socket.on('error', reject);
  });
}

before(async () => {
  authority = await TestAuthority.make('first CA');
  trusted = authority.pem;
  fs.writeFileSync(file('agent-ca.pem'), authority.pem);
  writePair('server', await authority.leaf(['server.dc1.consul', 'localhost']));
  writePair('client', await authority.leaf(['client.dc1.consul', 'localhost']));
  caller = await authority.leaf(['cli.dc1.consul']);
  ports = await freePorts(5);
  const common = [`-hcl=${ACL}`, '-hcl=connect { enabled = true } gossip_lan { gossip_interval = "500ms" }'];
  cluster = new ThreeServers(common, firstKey, MANAGEMENT, (at) => [
    `-hcl=${settings(certificate('server'))} auto_encrypt { allow_tls = true }`,
    `-https-port=${ports[at]}`,
  ]);
  await cluster.startServers();
  await cluster.settled();
  const [server] = cluster.servers;
  assert.ok(server);
  const rules = 'node_prefix "" { policy = "write" } service_prefix "" { policy = "read" }';
  for (const [target, body] of [
    ['/v1/acl/policy', { Name: 'agents', Rules: rules }],
    ['/v1/acl/token', { SecretID: AGENT, Policies: [{ Name: 'agents' }] }],
  ] as const) {
    assert.equal((await server.request('PUT', target, JSON.stringify(body))).status, 200);
  }
  const own = await cluster.startAnother('with-files', [
    `-hcl=${settings(certificate('client'))}`,
    `-https-port=${ports[3]}`,
  ]);
  const given = await cluster.startAnother('encrypted', [
    `-hcl=${settings('')} auto_encrypt { tls = true }`,
    `-https-port=${ports[4]}`,
  ]);
  cluster.use(own);
  agents = [...cluster.servers, own, given];
  const { Roots } = (await server.json('/v1/connect/ca/roots')) as { readonly Roots: readonly { RootCert: string }[] };
  trusted += Roots[0]?.RootCert ?? '';
});
after(async () => {
  await cluster.stop();
  fs.rmSync(folder, { recursive: true });
});

/** Requests to all agents, one after the other each, until it is ended. */
class Load {
  readonly failures: string[] = [];
  requests = 0;
  #isOver = false;
  #connections = connections(caller, true);
  readonly #running = ports.map((port, i) => this.#send(port, i));

  /** From the next request on, on connections of their own. */
  useCaller(): void {
    this.#connections = connections(caller, true);
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#running);
  }

  async #send(port: number, i: number): Promise<void> {
    for (let n = 0; !this.#isOver; n += 1) {
      const asked: readonly [string, string, string?][] = [
        ['PUT', `/v1/kv/load/${i}`, String(n)],
        ['GET', `/v1/kv/load/${i}?consistent`],
        ['PUT', '/v1/agent/service/register', `{"Name":"load-${i}","Port":${1 + (n % 60_000)}}`],
        ['GET', `/v1/health/service/load-${i}`],
      ];
      for (const [method, target, body] of asked) {
        const answer = await ask(port, this.#connections, method, target, body).catch((error: Error) => error);
        this.requests += 1;
        if (answer instanceof Error) this.failures.push(`${method} ${target}: ${answer.message}`);
        else if (answer.status !== 200) this.failures.push(`${method} ${target}: ${answer.status} ${answer.text}`);
      }
    }
  }
}

function hangUp(): void {
  for (const { child } of agents) child.kill('SIGHUP');
}

const keyring = (...flags: readonly string[]) =>
  keyringCommand(agents[0]?.http ?? '', [...flags, `-token=${MANAGEMENT}`]);

test('without a certificate, or without a token, nobody is told anything', async () => {
  for (const port of ports) {
    const stranger = await TestAuthority.make('another CA');
    assert.equal(await isTaken(port, await stranger.leaf(['cli.dc1.consul'])), false);
    const { status, text } = await new Promise<Answer>((resolve, reject) => {
      const target = { host: '127.0.0.1', port, path: '/v1/kv/a', agent: connections(caller, false) };
      https
        .get(target, (response) => {
          response.resume();
          response.on('end', () => resolve({ status: response.statusCode ?? 0, text: '' }));
        })
        .on('error', reject);
    });
    assert.equal(status, 403, text);
  }
});

test('a certificate is given to whoever may write the node, and to nobody else', async () => {
  for (const server of cluster.servers) {
    const [denied, given] = await Promise.all(
      ['', AGENT].map((token) => askForCertificate(server, authority.pem, { nodeName: 'third', token })),
    );
    assert.match(denied?.ok === false ? denied.text : '', /Permission denied/);
    assert.equal(given?.ok, true, JSON.stringify(given));
  }
});

test('the gossip key, the CA and every certificate are changed under load: no request fails', async () => {
  const load = new Load();
  try {
    const secondKey = randomBytes(32).toString('base64');
    await keyring(`-install=${secondKey}`);
    await keyring(`-use=${secondKey}`);
    await keyring(`-remove=${firstKey}`);
    assert.match(await keyring('-list-primary'), / \[5\/5\]/);

    // Both CAs are trusted by everybody before anybody shows a certificate of the new one.
    const next = await TestAuthority.make('next CA');
    const nextCaller = await next.leaf(['cli.dc1.consul']);
    trusted += next.pem;
    load.useCaller();
    const old = await Promise.all(ports.map(shown));
    fs.writeFileSync(file('agent-ca.pem'), authority.pem + next.pem);
    hangUp();
    for (const port of ports) await waitFor(() => isTaken(port, nextCaller), 'the new CA to be trusted');
    // This one got another certificate, as it asks for one at each reload.
    const [given] = ports.slice(-1);
    assert.ok(given);
    await waitFor(async () => (await shown(given)) !== old.at(-1), 'another certificate of the servers');

    writePair('server', await next.leaf(['server.dc1.consul', 'localhost']));
    writePair('client', await next.leaf(['client.dc1.consul', 'localhost']));
    const between = await shown(given);
    hangUp();
    for (const [at, port] of ports.entries()) {
      await waitFor(async () => (await shown(port)) !== (port === given ? between : old[at]), 'the new certificates');
    }

    const oldCaller = caller;
    caller = nextCaller;
    load.useCaller();
    fs.writeFileSync(file('agent-ca.pem'), next.pem);
    hangUp();
    for (const port of ports)
      await waitFor(async () => !(await isTaken(port, oldCaller)), 'the old CA to be forgotten');
    // For a while on nothing but the new.
    const { requests } = load;
    await waitFor(() => load.requests > Math.max(requests + 200, LEAST_REQUESTS), 'some more requests', 60_000);
  } finally {
    await load.end();
  }
  assert.deepEqual(load.failures, []);
  for (const agent of agents) {
    const members = (await agent.json('/v1/agent/members')) as readonly { readonly Status: number }[];
    assert.equal(members.filter(({ Status }) => Status === 1).length, 5);
  }
});
