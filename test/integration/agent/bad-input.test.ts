// Everything wrong that a network can send to an agent: clear errors, flat memory, no crash. Bounded in time and count, on
// loopback only. Random bytes run for a few seconds, and for 30 s in `npm run soak` (LICTOR_GARBAGE_MS).

import assert from 'node:assert/strict';
import dgram from 'node:dgram';
import { once } from 'node:events';
import net from 'node:net';
import { after, before, describe, test } from 'node:test';
import { type AgentProcess, startAgent, waitFor } from '../../agent-process.js';
import { Random, runSeed } from '../../random.js';
import { questionPacket } from '../../unit/workers/state/dns/message.js';
import { RawClient } from '../../unit/workers/state/http/fixture.js';
import { withoutUws } from '../../uws.js';

const GARBAGE_MS = Number(process.env['LICTOR_GARBAGE_MS'] ?? 6_000);
/** On a machine that is too busy for more in that time. */
const LEAST_ROUNDS = 11;
const MAX_GROWTH_BYTES = 80 * 1024 * 1024;

function connect(port: number): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1', () => resolve(socket));
    socket.on('error', reject);
  });
}

async function raw(port: number, bytes: Buffer | string, deadlineMs = 3_000): Promise<string> {
  const socket = await connect(port);
  return new Promise((resolve) => {
    let answer = '';
    const done = (): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    const timer = setTimeout(done, deadlineMs);
    socket.on('data', (chunk: Buffer) => {
      answer += chunk.toString('latin1');
    });
    socket.on('close', done);
    socket.on('error', done);
    socket.write(bytes);
  });
}

/** Whether a question about the DNS zone itself comes back with its ID, as a reply. */
async function answersDns(port: number, transport: 'udp' | 'tcp'): Promise<boolean> {
  const question = questionPacket({ name: 'consul', type: 'SOA', id: 0x4242 });
  const deadlineMs = 1_000;
  if (transport === 'tcp') {
    const socket = await connect(port);
    try {
      socket.write(Buffer.concat([Buffer.of(0, question.length), question]));
      const [reply] = (await once(socket, 'data', { signal: AbortSignal.timeout(deadlineMs) })) as [Buffer];
      return reply.readUInt16BE(2) === 0x4242;
    } catch {
      return false;
    } finally {
      socket.destroy();
    }
  }
  const socket = dgram.createSocket('udp4');
  try {
    socket.send(question, port, '127.0.0.1');
    const [reply] = (await once(socket, 'message', { signal: AbortSignal.timeout(deadlineMs) })) as [Buffer];
    return reply.readUInt16BE(0) === 0x4242;
  } catch {
    return false;
  } finally {
    socket.close();
  }
}

for (const engine of ['net', 'uws']) {
  describe(`bad input, engine ${engine}`, { skip: engine === 'uws' && withoutUws }, () => {
    let agent: AgentProcess;
    before(async () => {
      agent = await startAgent({
        args: ['-dev', '-log-level=error', '-hcl', `http_config { engine = "${engine}" }`],
      });
    });
    after(() => agent.stop());

    const bodies: readonly [string, RegExp][] = [
      ['{', /unexpected EOF/],
      ['{"Name": }', /invalid character '}' looking for beginning of value/],
      ['{"Name": 5}', /json: cannot unmarshal number into Go/],
      ['{"Name": "a", "Port": "80"}', /json: cannot unmarshal string into Go/],
      ['{"Name": "a", "Tags": {}}', /json: cannot unmarshal object into Go/],
      ['[]', /json: cannot unmarshal array into Go/],
      ['"text"', /json: cannot unmarshal string into Go/],
      ['{"Name": "a", "Bogus": 1}', /json: unknown field "Bogus"/],
      [`${'['.repeat(20_000)}`, /exceeded max depth|unexpected EOF|cannot unmarshal/],
      ['{"Name": "a", "Check": {"TTL": "10"}}', /time: missing unit in duration/],
      ['', /EOF/],
    ];
    for (const [body, expected] of bodies) {
      test(`register refuses ${body.slice(0, 40)}`, async () => {
        const answer = await agent.request('PUT', '/v1/agent/service/register', body);
        assert.equal(answer.status, 400, answer.text);
        assert.match(answer.text, expected);
      });
    }

    test('a body of 10 MB is refused as soon as it is announced, and answered also to who sends it all', async () => {
      const big = Buffer.alloc(10 * 1024 * 1024, 'x');
      for (const target of ['/v1/agent/service/register', '/v1/kv/big', '/v1/txn', '/v1/session/create']) {
        for (const body of ['', big]) {
          const client = new RawClient(agent.ports.http);
          client.send(`PUT ${target} HTTP/1.1\r\nHost: x\r\nContent-Length: ${big.length}\r\n\r\n`);
          client.send(body);
          const answer = await client.answer('PUT');
          assert.equal(answer.status, 413, target);
          assert.match(answer.body, /^Request body\(10485760 bytes\) too large, max size: \d+ bytes\./);
          client.close();
        }
      }
      assert.equal((await agent.request('GET', '/v1/kv/big')).status, 404);
    });

    test('sockets that stop half-way are closed, and the others are served meanwhile', async () => {
      const slow = await connect(agent.ports.http);
      slow.on('error', () => {});
      slow.resume();
      slow.write('GET /v1/status/leader HTTP/1.1\r\nHost: x\r\nX-Slow: ');
      const halfOpen = await connect(agent.ports.http);
      halfOpen.on('error', () => {});
      halfOpen.end('PUT /v1/kv/a HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc');
      const closed = new Set<net.Socket>();
      for (const socket of [slow, halfOpen]) socket.on('close', () => closed.add(socket));
      halfOpen.resume();
      assert.equal((await agent.request('GET', '/v1/status/leader')).status, 200);
      await waitFor(() => closed.size === 2, 'the slow and the half-open connection to be closed', 30_000);
      assert.equal((await agent.request('GET', '/v1/kv/a')).status, 404, 'half a body is not written');
    });

    test('random bytes leave it standing, with memory flat', async () => {
      const random = new Random(runSeed);
      const before = agent.residentBytes;
      const until = Date.now() + GARBAGE_MS;
      const udp = dgram.createSocket('udp4');
      udp.on('message', () => {});
      let sent = 0;
      while (Date.now() < until || sent < LEAST_ROUNDS) {
        const bytes = random.bytes(1 + random.below(3000));
        udp.send(bytes.subarray(0, 512), agent.ports.dns, '127.0.0.1');
        // A header that promises questions, so that the parser goes on into the noise.
        const question = Buffer.concat([Buffer.from('123401000001000000000000', 'hex'), bytes.subarray(0, 200)]);
        udp.send(question, agent.ports.dns, '127.0.0.1');
        await raw(agent.ports.http, bytes, 20);
        await raw(
          agent.ports.http,
          Buffer.concat([Buffer.from('PUT /v1/kv/x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n'), bytes]),
          20,
        );
        await raw(agent.ports.dns, bytes, 20);
        sent += 1;
      }
      udp.close();
      const what = `seed ${runSeed}, ${sent} rounds`;
      assert.equal(agent.exited, null, `${what}\n${agent.output}`);
      assert.equal((await agent.request('GET', '/v1/status/leader')).status, 200, what);
      await waitFor(() => answersDns(agent.ports.dns, 'udp'), `DNS over UDP to answer on, ${what}`);
      await waitFor(() => answersDns(agent.ports.dns, 'tcp'), `DNS over TCP to answer on, ${what}`);
      const growth = agent.residentBytes - before;
      assert.ok(growth < MAX_GROWTH_BYTES, `grew by ${Math.round(growth / 1024 / 1024)} MB, ${what}`);
    });
  });
}
