// Calibration program: the least uWebSockets.js does for an answer of 250 bytes.

import { loadUws } from '../../src/workers/state/http/uws/uws-module.js';

const BODY = JSON.stringify({ hello: 'x'.repeat(238) });
const uws = await loadUws();
const app = uws.App();
app.any('/*', (response) => {
  response.writeHeader('Content-Type', 'application/json').end(BODY);
});
app.listen('127.0.0.1', 0, uws.LIBUS_LISTEN_EXCLUSIVE_PORT, (socket) => {
  if (socket === false) throw new Error('no port to listen on');
  process.stdout.write(`${JSON.stringify({ port: uws.us_socket_local_port(socket) })}\n`);
});
process.stdin.on('end', () => process.exit(0)).resume();
