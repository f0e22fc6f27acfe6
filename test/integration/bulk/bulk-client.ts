// A client of the bulk endpoints: sends a body as it is made, as fast as the agent takes it, and reads the answer beside that.

import http from 'node:http';

export interface BulkAnswer {
  readonly status: number;
  readonly text: string;
}

export interface BulkCall {
  readonly port: number;
  readonly target: string;
  readonly body: Iterable<string | Buffer> | AsyncIterable<string | Buffer>;
  /** Told of the answer so far. */
  readonly heard?: (text: string) => void;
}

/** Rejects when the connection ends before the answer does. */
export async function putStream({ port, target, body, heard }: BulkCall): Promise<BulkAnswer> {
  const request = http.request({ host: '127.0.0.1', port, path: target, method: 'PUT', agent: false });
  const answer = new Promise<BulkAnswer>((resolve, reject) => {
    request.on('error', reject);
    request.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
        heard?.(text);
      });
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
  });
  answer.catch(() => {});
  // A connection that has ended calls nobody back.
  const closed = new Promise((resolve) => request.once('close', resolve));
  for await (const piece of body) {
    if (request.destroyed) break;
    await Promise.race([closed, new Promise((resolve) => request.write(piece, resolve))]);
  }
  request.end();
  return answer;
}

export function service(number: number, more: object = {}): string {
  const Check = { CheckID: `check-${number}`, Name: 'alive', TTL: '1h' };
  return `${JSON.stringify({ ID: `bulk-${number}`, Name: `name-${number % 100}`, Port: 1 + (number % 60_000), Check, ...more })}\n`;
}

export function* services(count: number): Generator<string> {
  for (let at = 0; at < count; at += 100) {
    let lines = '';
    for (let number = at; number < Math.min(count, at + 100); number += 1) lines += service(number);
    yield lines;
  }
}

export interface Result {
  readonly ID: string;
  readonly OK: boolean;
  readonly Status?: number;
  readonly Error?: string;
}

export function resultsOf(text: string): readonly Result[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Result);
}
