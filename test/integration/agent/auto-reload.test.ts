// `auto_reload_config`: what is changed in the files is in the agent without a word to it.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { type AgentProcess, startAgent, waitFor } from '../../agent-process.js';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lictor-auto-reload-'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));

/** A folder of files, made whole before anybody can see it. */
function release(name: string, ...services: readonly string[]): string {
  const made = path.join(folder, name);
  fs.mkdirSync(made);
  for (const service of services)
    fs.writeFileSync(path.join(made, `${service}.json`), `{"service":{"name":"${service}"}}`);
  return made;
}

async function services(agent: AgentProcess): Promise<string[]> {
  return Object.keys((await agent.json('/v1/agent/services')) as object).sort();
}

test('files that change, come, go, or lie behind another link are read again; what is wrong changes nothing', async (t) => {
  const current = path.join(folder, 'current');
  fs.symlinkSync(release('first', 'a', 'b'), current);
  const single = path.join(folder, 'single.hcl');
  fs.writeFileSync(single, 'auto_reload_config = true');
  const agent = await startAgent({ args: ['-dev', '-config-dir', current, '-config-file', single] });
  t.after(() => agent.stop());
  const have = (...wanted: readonly string[]): Promise<void> =>
    waitFor(async () => (await services(agent)).join() === wanted.join(), `the services ${wanted.join()}`);
  await have('a', 'b');

  fs.writeFileSync(path.join(current, 'c.json'), '{"service":{"name":"c"}}');
  fs.rmSync(path.join(current, 'a.json'));
  await have('b', 'c');

  fs.symlinkSync(release('second', 'd'), `${current}.new`);
  fs.renameSync(`${current}.new`, current);
  await have('d');

  fs.writeFileSync(single, 'auto_reload_config = true bogus = 1');
  await waitFor(() => /Reload config failed[\s\S]*bogus/.test(agent.output), 'the refusal');
  assert.deepEqual(await services(agent), ['d']);

  fs.writeFileSync(single, 'auto_reload_config = true service { name = "e" }');
  await have('d', 'e');
  const reloads = agent.output.split('Reloading configuration...').length - 1;
  assert.ok(reloads >= 4 && reloads <= 5, 'once for each change');
});
