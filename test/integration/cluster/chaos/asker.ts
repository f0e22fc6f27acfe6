// A program that runs on a host and asks the agent there over connections that are kept: a question a line on stdin, its
// answer a line on stdout when it has come. One process serves all clients of its host.

import http from 'node:http';
import readline from 'node:readline';
import type { AskedAnswer, AskedQuestion } from './askers.js';

const AGENT = { host: '127.0.0.1', port: 8500 };
/** A held request is over before: an election costs less, and a server gives up waiting for one sooner. */
const PATIENCE_MS = 15_000;
const connections = new http.Agent({ keepAlive: true });

function tell(answer: AskedAnswer): void {
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}

function ask({ id, method, path, body }: AskedQuestion): void {
  const request = http.request({ ...AGENT, agent: connections, method, path, timeout: PATIENCE_MS }, (response) => {
    const parts: Buffer[] = [];
    response.on('data', (part: Buffer) => parts.push(part));
    response.on('end', () => {
      const index = Number(response.headers['x-consul-index'] ?? 0);
      tell({ id, status: response.statusCode ?? 0, text: Buffer.concat(parts).toString(), index });
    });
    response.on('error', (error) => tell({ id, status: 0, text: String(error), index: 0 }));
  });
  request.on('timeout', () => request.destroy(new Error('no answer in time')));
  request.on('error', (error: NodeJS.ErrnoException) => {
    tell({ id, status: 0, text: error.code ?? error.message, index: 0 });
  });
  request.end(body);
}

readline.createInterface({ input: process.stdin }).on('line', (line) => ask(JSON.parse(line) as AskedQuestion));
process.stdin.on('end', () => process.exit());
