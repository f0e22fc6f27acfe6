// Load program: sends many registrations in one stream of lines, and tells when the last result was read, which says that it is
// durable, and when the answer ended, which says that a sync of all was attempted.

import http from 'node:http';
import { serveCommands } from './load-process.js';
import { definition } from './requests.js';

export interface BulkCommand {
  readonly port: number;
  readonly from: number;
  readonly count: number;
  readonly checkPort: number;
}

export interface BulkResult {
  /** From the first byte sent to the last result. */
  readonly acceptedSeconds: number;
  /** To the end of the answer. */
  readonly seconds: number;
}

const DONE = '"OK":true';

function run({ port, from, count, checkPort }: BulkCommand): Promise<BulkResult> {
  const lines = Array.from({ length: count }, (_, at) => definition(from + at, checkPort));
  const body = Buffer.from(`${lines.join('\n')}\n`);
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const request = http.request({ host: '127.0.0.1', port, path: '/v1/agent/services/register', method: 'PUT' });
    request.on('error', reject);
    request.on('response', (response) => {
      let done = 0;
      let acceptedAt = 0;
      let rest = '';
      response.setEncoding('utf8');
      response.on('error', reject);
      response.on('data', (chunk: string) => {
        const text = rest + chunk;
        done += text.split(DONE).length - 1;
        // A result that isn't whole yet is counted when it is.
        rest = text.slice(text.lastIndexOf('\n') + 1);
        done -= rest.split(DONE).length - 1;
        acceptedAt = performance.now();
      });
      response.on('end', () => {
        if (done !== count) reject(new Error(`${done} of ${count} were registered`));
        else {
          const end = performance.now();
          resolve({ acceptedSeconds: (acceptedAt - start) / 1000, seconds: (end - start) / 1000 });
        }
      });
    });
    request.end(body);
  });
}

serveCommands(run);
