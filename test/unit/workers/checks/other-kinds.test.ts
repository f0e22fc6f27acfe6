// TCP, UDP, H2 ping, gRPC, docker and os_service beyond the recorded cases: timeouts, hosts with several addresses,
// engines that answer with errors.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { ServerCredentials } from '@grpc/grpc-js';
import { makeRunner, type Runner } from './probe-runner.js';
import { grpcServer, pem } from './probe-targets.js';

describe('kinds', () => {
  let runner: Runner;
  /** Accepts and says nothing. */
  let mute: net.Server;
  let mutePort: number;
  const accepted = new Set<net.Socket>();

  before(async () => {
    runner = makeRunner();
    mute = net.createServer((socket) => accepted.add(socket.on('error', () => {})));
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    mutePort = (mute.address() as AddressInfo).port;
  });
  after(async () => {
    runner.close();
    for (const socket of accepted) socket.destroy();
    await new Promise((resolve) => mute.close(resolve));
  });

  const timeouts: readonly [definition: object, output: string][] = [
    [{ TCP: 'PEER', TCPUseTLS: true }, 'context deadline exceeded'],
    [{ H2PING: 'PEER', H2PingUseTLS: false }, 'HTTP2 ping failed: context deadline exceeded'],
    [{ H2PING: 'PEER' }, 'Failed to dial to PEER: context deadline exceeded'],
    [{ GRPC: 'PEER' }, 'rpc error: code = DeadlineExceeded desc = context deadline exceeded'],
    [
      { HTTP: 'https://PEER/' },
      'Get "https://PEER/": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
    ],
  ];
  for (const [definition, output] of timeouts) {
    test(`a mute server: ${JSON.stringify(definition)}`, async () => {
      const address = `127.0.0.1:${mutePort}`;
      const filled = JSON.parse(JSON.stringify(definition).replaceAll('PEER', address)) as object;
      const outcome = await runner.run({ ...filled, Timeout: '200ms' });
      assert.deepEqual(outcome, { status: 'critical', output: output.replaceAll('PEER', address) });
    });
  }

  test('a server that hangs up during the handshake', async () => {
    const closing = net.createServer((socket) => socket.on('error', () => {}).once('data', () => socket.end()));
    await new Promise<void>((resolve) => closing.listen(0, '127.0.0.1', resolve));
    const address = `127.0.0.1:${(closing.address() as AddressInfo).port}`;
    assert.equal((await runner.run({ TCP: address, TCPUseTLS: true })).output, 'EOF');
    assert.equal((await runner.run({ HTTP: `https://${address}/` })).output, `Get "https://${address}/": EOF`);
    await new Promise((resolve) => closing.close(resolve));
  });

  test('addresses that are none', async () => {
    const output = async (definition: object): Promise<string> => (await runner.run(definition)).output;
    assert.equal(await output({ UDP: 'nowhere' }), 'dial udp: address nowhere: missing port in address');
    assert.equal(await output({ TCP: 'a:nope' }), 'dial tcp: lookup tcp/nope: unknown port');
    assert.equal(await output({ H2PING: 'x' }), 'Failed to dial to x: dial tcp: address x: missing port in address');
    assert.match(
      await output({ UDP: 'no-such-host.invalid:1' }),
      /^dial udp: lookup no-such-host\.invalid.*: no such host$/,
    );
  });

  test('a gRPC target that hangs up at once gives the same output at every run', async () => {
    const sockets = new Set<net.Socket>();
    const server = net.createServer((socket) => sockets.add(socket.on('error', () => {}).end()));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const definition = { GRPC: `127.0.0.1:${(server.address() as AddressInfo).port}`, Timeout: '10s' };
      const { output } = await runner.run(definition);
      assert.match(output, /^rpc error: code = Unavailable desc = ./);
      assert.doesNotMatch(output, /\d\d:\d\d:\d\d/);
      assert.equal((await runner.run(definition)).output, output);
    } finally {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  test('gRPC over TLS, with the name of the definition and with that of the target', async () => {
    const warnings: string[] = [];
    const warned = (warning: Error): unknown => warnings.push(warning.message);
    process.on('warning', warned);
    const tls = makeRunner();
    tls.context.trust.update([pem('ca')], '', '');
    for (const [certificate, more, output] of [
      ['named', { TLSServerName: 'svc.test' }, 'gRPC check TARGET: success'],
      ['ip', {}, 'gRPC check TARGET: success'],
      ['ip', { TLSServerName: 'svc.test' }, 'certificate is not valid for any names, but wanted to match svc.test'],
      ['named', { TLSSkipVerify: true }, 'gRPC check TARGET: success'],
    ] as const) {
      const server = grpcServer();
      const pair = {
        cert_chain: Buffer.from(pem(certificate)),
        private_key: Buffer.from(pem(`${certificate}-test-key`)),
      };
      const port = await new Promise<number>((resolve, reject) => {
        server.bindAsync('127.0.0.1:0', ServerCredentials.createSsl(null, [pair]), (error, bound) =>
          error === null ? resolve(bound) : reject(error),
        );
      });
      const target = `127.0.0.1:${port}/svc`;
      const outcome = await tls.run({ GRPC: target, GRPCUseTLS: true, ...more });
      server.forceShutdown();
      assert.ok(outcome.output.includes(output.replace('TARGET', target)), outcome.output);
    }
    process.off('warning', warned);
    assert.deepEqual(warnings, []);
  });

  test('os_service is for Windows', async () => {
    assert.deepEqual(await runner.run({ OSService: 'x' }), { status: 'critical', output: 'not implemented' });
  });
});

describe('docker', () => {
  let folder: string;
  let engine: http.Server;
  let runner: Runner;
  let exitCode = 0;
  const asked: { line: string; body: unknown }[] = [];

  before(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lictor-docker-test-'));
    engine = http.createServer((request, response) => {
      let text = '';
      request.on('data', (chunk) => {
        text += chunk;
      });
      request.on('end', () => {
        const { method = '', url = '' } = request;
        asked.push({ line: `${method} ${url}`, body: text === '' ? null : JSON.parse(text) });
        if (url === '/containers/web/exec') response.writeHead(201).end('{"Id":"e1"}');
        else if (url === '/containers/paused/exec') response.writeHead(409).end('{"message":"paused"}');
        else if (url === '/containers/odd/exec') response.writeHead(500).end('oops');
        else if (url === '/exec/e1/start') response.writeHead(200).end('from inside\r\n');
        else if (url === '/exec/e1/json') response.end(JSON.stringify({ ExitCode: exitCode }));
        else response.writeHead(404).end('{"message":"no such container"}');
      });
    });
    const socket = path.join(folder, 'docker.sock');
    await new Promise<void>((resolve) => engine.listen(socket, resolve));
    runner = makeRunner({ DOCKER_HOST: `unix://${socket}` });
  });
  after(async () => {
    runner.close();
    await new Promise((resolve) => engine.close(resolve));
    fs.rmSync(folder, { recursive: true });
  });

  test('the exit code of the command is the status, its output the output', async () => {
    for (const [code, status] of [
      [0, 'passing'],
      [1, 'warning'],
      [2, 'critical'],
    ] as const) {
      exitCode = code;
      asked.length = 0;
      const outcome = await runner.run({ DockerContainerID: 'web', Args: ['ls', '-l'] });
      assert.deepEqual(outcome, { status, output: 'from inside\r\n' });
    }
    assert.deepEqual(asked, [
      {
        line: 'POST /containers/web/exec',
        body: { AttachStdin: false, AttachStdout: true, AttachStderr: true, Tty: true, Cmd: ['ls', '-l'] },
      },
      { line: 'POST /exec/e1/start', body: { Detach: false, Tty: true } },
      { line: 'GET /exec/e1/json', body: null },
    ]);
  });

  test('what the engine refuses', async () => {
    const output = async (id: string): Promise<string> =>
      (await runner.run({ DockerContainerID: id, Args: ['x'] })).output;
    assert.equal(await output('nope'), 'create exec failed for unknown container nope');
    assert.equal(await output('paused'), 'create exec failed since container paused is paused or stopped');
    assert.equal(await output('odd'), 'create exec failed for container odd with status code 500: oops');
  });
});
