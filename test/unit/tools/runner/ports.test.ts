// Leased ports: nobody else on the machine gets them while their process lives, and they are free where they are used.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import dgram from 'node:dgram';
import { once } from 'node:events';
import net from 'node:net';
import { test } from 'node:test';
import { claimPort, freePort, freePorts, leasedRange } from '../../../ports.js';

const MODULE = new URL('../../../ports.js', import.meta.url).href;

/** A process that says whether it got the port, and lives until it is killed. */
async function claimElsewhere(port: number): Promise<{ got: boolean; child: ChildProcess }> {
  const program = `import { claimPort } from '${MODULE}'; console.log(await claimPort(${port})); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said] = (await once(child.stdout, 'data')) as [Buffer];
  return { got: said.toString().trim() === 'true', child };
}

async function end(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

test("a port that was handed out is nobody else's, though nothing listens on it yet", async () => {
  const ports = await freePorts(20);
  assert.equal(new Set(ports).size, ports.length);
  const [port = 0] = ports;
  assert.equal(await claimPort(port), false);
  const other = await claimElsewhere(port);
  await end(other.child);
  assert.equal(other.got, false);
});

test('a lease ends with its process, however that ends', async () => {
  // The first that another process gets: any number may be in use on this machine.
  let port = (await freePort()) + 1;
  let other = await claimElsewhere(port);
  while (!other.got) {
    await end(other.child);
    port += 1;
    other = await claimElsewhere(port);
  }
  assert.equal(await claimPort(port), false);
  await end(other.child);
  assert.equal(await claimPort(port), true);
});

test('a port in use is not handed out, whether TCP or UDP', async () => {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = dgram.createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  assert.equal(await claimPort((server.address() as net.AddressInfo).port), false);
  assert.equal(await claimPort(socket.address().port), false);
  server.close();
  socket.close();
});

test('outgoing connections get their ports from elsewhere', () => {
  assert.deepEqual(leasedRange('32768\t60999\n'), { first: 10_000, last: 32_767 });
  assert.deepEqual(leasedRange('1024 50000'), { first: 50_001, last: 65_535 });
  assert.deepEqual(leasedRange('1024 65535'), { first: 10_000, last: 65_535 });
});
