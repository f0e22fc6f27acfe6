// On a whole agent: what a request has changed, the next request sees (spec/agent.md section 2, "Syncer").

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startAgent } from '../../agent-process.js';

const TIMES = 100;

test('a registration, a report and a removal are in the catalog when they are answered, each time', async () => {
  const agent = await startAgent({ args: ['-dev'] });
  try {
    const put = async (target: string, body?: string): Promise<void> => {
      const { status, text } = await agent.request('PUT', target, body);
      assert.equal(status, 200, `${target}: ${text}`);
    };
    const statuses = async (id: string): Promise<string[]> => {
      const entries = (await agent.json(`/v1/health/service/${id}`)) as {
        Checks: { Name: string; Status: string }[];
      }[];
      return entries.flatMap(({ Checks }) => Checks.filter(({ Name }) => Name === 'ttl').map(({ Status }) => Status));
    };
    for (let i = 0; i < TIMES; i += 1) {
      const id = `seen-${i}`;
      await put('/v1/agent/service/register', JSON.stringify({ Name: id, Check: { Name: 'ttl', TTL: '10m' } }));
      assert.deepEqual(await statuses(id), ['critical'], `registration ${i}`);
      await put(`/v1/agent/check/pass/service:${id}`);
      assert.deepEqual(await statuses(id), ['passing'], `report ${i}`);
      await put(`/v1/agent/service/deregister/${id}`);
      assert.deepEqual(await statuses(id), [], `removal ${i}`);
    }
  } finally {
    await agent.stop();
  }
});
