// As much of an agent's HTTP API as the commands need to be tried out against: it answers what it is told to, keeps keys,
// and remembers what it was asked.

import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';

interface Asked {
  readonly method: string;
  readonly target: string;
  readonly token: string;
  readonly body: string;
}

export interface FakeAgent {
  readonly address: string;
  readonly asked: readonly Asked[];
  /** Answer for `METHOD /path` (without query): a JSON value, or a status with a text. */
  answer(request: string, value: unknown, status?: number): void;
}

export async function startFakeAgent(context: TestContext): Promise<FakeAgent> {
  const answers = new Map<string, { value: unknown; status: number }>();
  const keys = new Map<string, { flags: string; value: string }>();
  const asked: Asked[] = [];
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url: target = '', headers } = request;
      const body = Buffer.concat(chunks).toString('utf8');
      asked.push({ method, target, token: String(headers['x-consul-token'] ?? ''), body });
      const url = new URL(target, 'http://agent');
      const known = answers.get(`${method} ${url.pathname}`);
      const { status, text } = known
        ? { status: known.status, text: typeof known.value === 'string' ? known.value : JSON.stringify(known.value) }
        : keyValue(keys, method, url, body);
      response.writeHead(status).end(text);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    address: `127.0.0.1:${port}`,
    asked,
    answer: (request, value, status = 200) => answers.set(request, { value, status }),
  };
}

function keyValue(
  keys: Map<string, { flags: string; value: string }>,
  method: string,
  url: URL,
  body: string,
): { status: number; text: string } {
  const notFound = { status: 404, text: '' };
  if (!url.pathname.startsWith('/v1/kv/')) return { status: 404, text: 'Invalid URL path' };
  const key = decodeURIComponent(url.pathname.slice('/v1/kv/'.length));
  const recurse = url.searchParams.has('recurse') || url.searchParams.has('keys');
  const names = [...keys.keys()].sort().filter((name) => (recurse ? name.startsWith(key) : name === key));
  if (method === 'PUT') {
    keys.set(key, { flags: url.searchParams.get('flags') ?? '0', value: Buffer.from(body).toString('base64') });
    return { status: 200, text: 'true' };
  }
  if (method === 'DELETE') {
    for (const name of names) keys.delete(name);
    return { status: 200, text: 'true' };
  }
  if (names.length === 0) return notFound;
  if (url.searchParams.has('keys')) return { status: 200, text: JSON.stringify(names) };
  const entries = names.map((name) => {
    const { flags = '0', value = '' } = keys.get(name) ?? {};
    const fields = `"LockIndex":0,"Key":${JSON.stringify(name)},"Flags":${flags},"Value":${JSON.stringify(value || null)}`;
    return `{${fields},"CreateIndex":5,"ModifyIndex":7}`;
  });
  return { status: 200, text: `[${entries.join(',')}]` };
}
