// A service with several named ports on a whole agent: registered over HTTP and from a file, answered by agent, catalog, health and
// DNS, filtered on, kept over a restart; a service of one port looks as it ever did.

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { startAgent } from '../../agent-process.js';
import { questionPacket } from '../../unit/workers/state/dns/message.js';
import { ask } from '../dns/ask.js';

const PORTS = [
  { Name: 'http', Port: 8080, Default: true },
  { Name: 'grpc', Port: 9090, Default: false },
];

interface Shown {
  readonly Port?: number;
  readonly Ports?: unknown;
  readonly ServicePort?: number;
  readonly ServicePorts?: unknown;
}

test('several named ports from registration to DNS, over a restart', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'lictor-ports-'));
  const file = path.join(directory, 'files.hcl');
  await writeFile(
    file,
    'service { name = "filed" ports = [{ name = "a", port = 7001, default = true }, { name = "b", port = 7002 }] }',
  );
  const args = ['-server', '-bootstrap-expect=1', `-data-dir=${path.join(directory, 'data')}`, `-config-file=${file}`];
  let agent = await startAgent({ args });
  const json = async (where: string): Promise<unknown> => (await fetch(`${agent.http}${where}`)).json();
  const put = async (where: string, body: object): Promise<string> => {
    const answer = await fetch(`${agent.http}${where}`, { method: 'PUT', body: JSON.stringify(body) });
    return `${answer.status} ${await answer.text()}`;
  };
  const look = async (): Promise<void> => {
    const own = (await json('/v1/agent/service/api')) as Shown;
    assert.deepEqual([own.Port, own.Ports], [8080, PORTS]);
    const [listed] = (await json('/v1/catalog/service/api')) as Shown[];
    assert.deepEqual([listed?.ServicePort, listed?.ServicePorts], [8080, PORTS]);
    const [healthy] = (await json('/v1/health/service/api')) as { Service: Shown }[];
    assert.deepEqual([healthy?.Service.Port, healthy?.Service.Ports], [8080, PORTS]);
    for (const [selector, count] of [
      ['Service.Ports.Name == "grpc"', 1],
      ['Service.Ports.Name == "admin"', 0],
    ] as const) {
      const found = (await json(`/v1/health/service/api?filter=${encodeURIComponent(selector)}`)) as unknown[];
      assert.equal(found.length, count, selector);
    }
    for (const [name, port] of [
      ['api', 8080],
      ['filed', 7001],
    ] as const) {
      const asked = questionPacket({ name: `${name}.service.consul`, type: 'SRV', edns: 4096 });
      const { answers } = await ask(agent.ports.dns, asked);
      assert.match(JSON.stringify(answers), new RegExp(`\\b${port}\\b`), name);
    }
    const [plain] = (await json('/v1/catalog/service/plain')) as Shown[];
    assert.ok(plain !== undefined && !('ServicePorts' in plain) && plain.ServicePort === 80);
    assert.ok(!('Ports' in ((await json('/v1/agent/service/plain')) as Shown)));
  };
  try {
    assert.equal(await put('/v1/agent/service/register', { Name: 'api', Ports: PORTS }), '200 ');
    assert.equal(await put('/v1/agent/service/register', { Name: 'plain', Port: 80, Ports: [] }), '200 ');
    await look();
    for (const [body, text] of [
      [{ Name: 'x', Port: 80, Ports: PORTS }, /400 .*Invalid Ports: Port and Ports cannot both be set/],
      [{ Name: 'x', Ports: [{ Name: 'a', Port: 1 }] }, /400 .*exactly one port must be the default/],
      [{ Name: 'x', Ports: [{ Name: 'a', Port: 70_000, Default: true }] }, /400 .*between 1 and 65535/],
    ] as const) {
      assert.match(await put('/v1/agent/service/register', body), text);
    }
    const node = { Node: 'ext', Address: '10.0.0.9' };
    const bad = { ...node, Service: { Service: 'ext', Port: 1, Ports: PORTS } };
    assert.match(await put('/v1/catalog/register', bad), /500 .*Invalid Ports/);
    assert.equal(await put('/v1/catalog/register', { ...node, Service: { Service: 'ext', Ports: PORTS } }), '200 true');
    const [ext] = (await json('/v1/catalog/service/ext')) as Shown[];
    assert.deepEqual([ext?.ServicePort, ext?.ServicePorts], [8080, PORTS]);
    const set = (Ports: unknown) => [
      { Service: { Verb: 'set', Node: 'ext', Service: { ID: 'txn', Service: 'txn', Ports } } },
    ];
    assert.match(await put('/v1/txn', set([{ Name: 'a', Port: 1 }])), /409 .*Invalid Ports/);
    assert.match(await put('/v1/txn', set(PORTS)), /^200 .*"Port":8080,"Ports":\[/);
    await agent.stop();
    agent = await startAgent({ args, ports: agent.ports });
    await look();
  } finally {
    await agent.stop();
    await rm(directory, { recursive: true });
  }
});
