import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeCommand } from '../../../../../src/wasm/commands.js';
import { operatorAutopilotEndpoints } from '../../../../../src/workers/state/endpoints/operator/operator-autopilot.js';
import { serveEndpoints } from './served-endpoints.js';

test('an index that no log reaches compares as another one', async () => {
  const { put, get, log, close } = await serveEndpoints(({ calls }) => operatorAutopilotEndpoints(calls));
  const path = '/v1/operator/autopilot/configuration';
  try {
    assert.equal((await put(path, { MinQuorum: 3 })).body, 'true');
    for (const cas of ['9007199254740993', '18446744073709551615']) {
      const answer = await put(`${path}?cas=${cas}`, { MinQuorum: 5 });
      assert.deepEqual([answer.status, answer.body], [200, 'false'], cas);
    }
    assert.match((await get(path)).body, /"MinQuorum":3,/);
    for (const command of log.proposed) encodeCommand(command);
  } finally {
    await close();
  }
});
