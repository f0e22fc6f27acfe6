// The floor for bench/micro/http.ts: node's sockets with llhttp and nothing else, one write of a fixed answer per request.

import net from 'node:net';
import { acquireParser } from '../../src/workers/state/http/net/request-parser.js';

const BODY = JSON.stringify({ hello: 'x'.repeat(238) });
const ANSWER = `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`;

const server = net.createServer({ noDelay: true }, (socket) => {
  const parser = acquireParser();
  socket.on('error', () => {});
  socket.on('data', (chunk: Buffer) => {
    let at = 0;
    while (at < chunk.length) {
      at = parser.feed(chunk, at, 65536);
      if (!parser.complete) break;
      parser.reset();
      socket.write(ANSWER, 'latin1');
    }
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  process.stdout.write(`${JSON.stringify({ port })}\n`);
});
process.stdin.on('data', () => {
  const { user, system } = process.cpuUsage();
  const report = { cpuSeconds: (user + system) / 1e6, rss: process.memoryUsage.rss(), waiting: 0, connections: 0 };
  process.stdout.write(`${JSON.stringify(report)}\n`);
});
process.stdin.on('end', () => process.exit(0));
