// Calibration program: the least node:http does for an answer of 250 bytes.

import http from 'node:http';

const BODY = JSON.stringify({ hello: 'x'.repeat(238) });
const server = http.createServer((_request, response) => {
  response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': BODY.length }).end(BODY);
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  process.stdout.write(`${JSON.stringify({ port })}\n`);
});
process.stdin.on('end', () => process.exit(0)).resume();
