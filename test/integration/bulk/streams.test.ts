// Streams of services that nobody means well by, at a real agent on both engines: each gets its answer, the agent lives, its memory is
// bounded, and others are answered meanwhile.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type AgentProcess, startAgent, waitFor } from '../../agent-process.js';
import { withoutUws } from '../../uws.js';
import { putStream, type Result, resultsOf, service, services } from './bulk-client.js';

const REGISTER = '/v1/agent/services/register';
const TOO_LARGE = 'Item too large, max size: 2097152 bytes';
const MB = 1024 * 1024;

function* many(piece: Buffer, count: number): Generator<Buffer> {
  for (let at = 0; at < count; at += 1) yield piece;
}

/** Asks again and again until `work` is over; the longest that an answer took, in milliseconds. */
async function longestAnswerBeside(agent: AgentProcess, work: Promise<unknown>): Promise<number> {
  let isOver = false;
  let longestMs = 0;
  const ended = work.finally(() => {
    isOver = true;
  });
  while (!isOver) {
    const began = performance.now();
    assert.equal((await agent.request('GET', '/v1/agent/self')).status, 200);
    longestMs = Math.max(longestMs, performance.now() - began);
  }
  await ended;
  return longestMs;
}

for (const engine of ['net', 'uws']) {
  describe(`streams of services (${engine})`, { skip: engine === 'uws' && withoutUws, concurrency: false }, () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lictor-bulk-'));
    let agent: AgentProcess;
    const put = (body: Iterable<string | Buffer>): Promise<{ status: number; text: string }> =>
      putStream({ port: agent.ports.http, target: REGISTER, body });
    const registered = async (): Promise<readonly string[]> =>
      Object.keys((await agent.json('/v1/agent/services')) as object).sort();

    before(async () => {
      const file = path.join(folder, 'engine.json');
      fs.writeFileSync(file, JSON.stringify({ http_config: { engine } }));
      agent = await startAgent({
        args: ['-server', '-bootstrap', `-data-dir=${folder}/data`, `-config-file=${file}`],
      });
    });
    after(async () => {
      await agent?.stop();
      fs.rmSync(folder, { recursive: true, force: true });
    });

    it('a bad item in the middle is one bad item', async () => {
      const { status, text } = await put([service(1), '{"ID":"bulk-2", nonsense\n', service(3)]);
      assert.equal(status, 200);
      const results = resultsOf(text);
      assert.deepEqual(
        results.map(({ ID, OK }) => [ID, OK]),
        [
          ['bulk-1', true],
          ['', false],
          ['bulk-3', true],
        ],
      );
      assert.match(results[1]?.Error ?? '', /^Request decode failed: invalid character/);
      assert.deepEqual(await registered(), ['bulk-1', 'bulk-3']);
      const array = await put(['[', service(4), ',{"ID":"bulk-5",,},', service(6), ']']);
      assert.deepEqual(
        (JSON.parse(array.text) as Result[]).map(({ OK }) => OK),
        [true, false, true],
      );
    });

    it('an item of 10 MB is refused, those around it are not', async () => {
      const long = Buffer.alloc(10 * MB, 'x');
      const { text } = await put([service(10), '{"Name":"', long, '"}\n', service(11)]);
      assert.deepEqual(
        resultsOf(text).map(({ OK, Error: error }) => error ?? OK),
        [true, TOO_LARGE, true],
      );
    });

    // The library of uws reads on while the client sends, told to pause or not, up to a bound behind which it is let go.
    it('a gigabyte without a line end is refused, at a bounded cost in memory on net', async () => {
      const piece = Buffer.alloc(MB, 'x');
      const beforeBytes = agent.residentBytes;
      let mostBytes = 0;
      function* body(): Generator<string | Buffer> {
        yield '{"Name":"';
        for (const bytes of many(piece, 1024)) {
          mostBytes = Math.max(mostBytes, agent.residentBytes);
          yield bytes;
        }
        yield `\n${service(12)}`;
      }
      const { text } = await put(body()).catch((error: unknown) => {
        if (engine === 'net') throw error;
        return { text: '' };
      });
      const outcomes = resultsOf(text).map(({ OK, Error: error }) => error ?? OK);
      if (text !== '') assert.deepEqual(outcomes, [TOO_LARGE, true]);
      // On uws all that came in some turns may wait for the collector: nothing is held, but how much that is nobody says.
      const moreMb = (mostBytes - beforeBytes) / MB;
      if (engine === 'net') assert.ok(moreMb < 150, `${moreMb} MB more`);
      assert.equal((await agent.request('GET', '/v1/agent/self')).status, 200);
    });

    it('what came whole of a stream that is cut is registered, and what did not is not', async () => {
      const socket = net.connect({ host: '127.0.0.1', port: agent.ports.http });
      socket.on('error', () => {});
      let heard = '';
      socket.on('data', (chunk: Buffer) => {
        heard += chunk.toString();
      });
      const half = service(21).slice(0, 30);
      socket.write(`PUT ${REGISTER} HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n${service(20)}${half}`);
      await waitFor(
        () => heard.includes('{"ID":"bulk-20","OK":true}'),
        'the first result, before the end of the stream',
      );
      socket.destroy();
      const { text } = await put([service(22)]);
      assert.equal(resultsOf(text)[0]?.OK, true);
      const ids = await registered();
      assert.ok(ids.includes('bulk-20') && ids.includes('bulk-22') && !ids.includes('bulk-21'));
    });

    it('a client that reads nothing before it has sent all gets all results', async () => {
      const socket = net.connect({ host: '127.0.0.1', port: agent.ports.http });
      const count = 6_000;
      const body = [...services(count)].join('');
      socket.pause();
      socket.write(
        `PUT ${REGISTER} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n`,
      );
      await new Promise((resolve) => socket.write(body, resolve));
      let text = '';
      socket.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      socket.resume();
      await waitFor(() => (text.match(/"OK":true/g)?.length ?? 0) === count, 'all results');
      socket.destroy();
    });

    it('a connection goes on behind a short stream', async () => {
      const socket = net.connect({ host: '127.0.0.1', port: agent.ports.http });
      let text = '';
      socket.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      const body = `[${service(30)}]`;
      const head = `HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n`;
      socket.write(`PUT ${REGISTER} ${head}${body}`);
      await waitFor(() => text.endsWith('0\r\n\r\n'), 'the first answer');
      socket.write('GET /v1/status/leader HTTP/1.1\r\nHost: x\r\n\r\n');
      await waitFor(
        () => /HTTP\/1.1 200 OK[\s\S]*HTTP\/1.1 200 OK[\s\S]*"127\.0\.0\.1:/.test(text),
        'the second answer',
      );
      socket.destroy();
    });

    it('others are answered beside a stream, which may go on for ever', async () => {
      let sent = 0;
      let isWanted = true;
      const deadline = performance.now() + 3_000;
      async function* body(): AsyncGenerator<string> {
        // The same again and again: what it costs to keep them isn't the question here.
        while (isWanted && performance.now() < deadline) {
          for (const lines of services(2_000)) {
            sent += lines.split('\n').length - 1;
            yield lines;
          }
          await new Promise((resolve) => setImmediate(resolve));
        }
      }
      let heard = 0;
      const work = putStream({
        port: agent.ports.http,
        target: REGISTER,
        body: body(),
        heard: (text) => {
          heard = text.length;
        },
      });
      const longestMs = await longestAnswerBeside(agent, work).finally(() => {
        isWanted = false;
      });
      const { text } = await work;
      assert.equal(text.match(/"OK":true/g)?.length, sent);
      assert.equal(heard, text.length);
      assert.ok(longestMs < 2_000, `an answer took ${longestMs} ms`);
    });

    it('all of them go in one stream, from the catalog, too', async () => {
      const ids = await registered();
      const { status, text } = await putStream({
        port: agent.ports.http,
        target: '/v1/agent/services/deregister',
        body: ids.map((ID) => `${JSON.stringify({ ID })}\n`),
      });
      assert.equal(status, 200);
      assert.equal(text.match(/"OK":true/g)?.length, ids.length);
      assert.deepEqual(await registered(), []);
      const catalog = Object.keys((await agent.json('/v1/catalog/services')) as object);
      assert.deepEqual(catalog, ['consul']);
    });
  });
}
