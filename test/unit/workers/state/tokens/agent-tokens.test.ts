// The agent's own secrets: which one counts, and that what was set outlives the agent where that is wanted.

import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { AgentTokens } from '../../../../../src/workers/state/tokens/agent-tokens.js';
import { readTokenFile } from '../../../../../src/workers/state/tokens/token-file.js';
import { TokenStore } from '../../../../../src/workers/state/tokens/token-store.js';
import { readJson } from '../../../../data.js';
import { temporaryDirectory } from '../../../../temporary.js';

const NONE = {
  default: '',
  agent: '',
  agent_recovery: '',
  replication: '',
  dns: '',
  config_file_service_registration: '',
};

test('what has no token of its own has the default one', () => {
  const tokens = new AgentTokens({ ...NONE, default: 'd' });
  assert.deepEqual([tokens.agent, tokens.dns, tokens.configFileRegistration], ['d', 'd', 'd']);
  assert.deepEqual([tokens.recovery, tokens.replication], ['', '']);
  const own = new AgentTokens({ ...NONE, default: 'd', agent: 'a', dns: 'n', config_file_service_registration: 'f' });
  assert.deepEqual([own.agent, own.dns, own.configFileRegistration], ['a', 'n', 'f']);
});

test('what the API set stands before what the files say, then and after a reload', async () => {
  const tokens = new AgentTokens({ ...NONE, default: 'file', agent: 'file' });
  let changes = 0;
  tokens.onChange(() => {
    changes += 1;
  });
  await new TokenStore(tokens, null).set('default', 'api');
  assert.deepEqual([tokens.default, tokens.agent], ['api', 'file']);
  tokens.configure({ ...NONE, default: 'other', agent: 'other' });
  assert.deepEqual([tokens.default, tokens.agent, changes], ['api', 'other', 2]);
});

test('the file is as recorded, for its owner alone, and read again', async (context) => {
  const recorded = readJson('agent/acl-tokens.json') as { file: string; mode: string };
  const directory = temporaryDirectory(context);
  const tokens = new AgentTokens(NONE);
  const store = new TokenStore(tokens, directory);
  await Promise.all(
    (['dns', 'default', 'agent', 'agent_recovery', 'replication', 'config_file_service_registration'] as const).map(
      (name) => store.set(name, `set-${name}`),
    ),
  );
  const file = path.join(directory, 'acl-tokens.json');
  assert.equal(readFileSync(file, 'utf8'), recorded.file);
  assert.equal((statSync(file).mode & 0o777).toString(8), recorded.mode);
  const kept = readTokenFile(directory);
  assert.ok(kept.ok);
  assert.deepEqual(new AgentTokens(NONE, kept.set).secrets, tokens.secrets);
  await store.set('agent', '');
  assert.ok(!('agent' in JSON.parse(readFileSync(file, 'utf8'))));
});

test('a file of an older agent has its recovery token under the former name', (context) => {
  const directory = temporaryDirectory(context);
  writeFileSync(path.join(directory, 'acl-tokens.json'), '{"agent_master":"m","__proto__":"x","default":7}');
  const kept = readTokenFile(directory);
  assert.ok(kept.ok);
  assert.deepEqual([...kept.set], [['agent_recovery', 'm']]);
});

test('a file that can’t be read is said so, and what can’t be written has not been set', async (context) => {
  const directory = temporaryDirectory(context);
  assert.deepEqual(readTokenFile(directory), { ok: true, set: new Map() });
  writeFileSync(path.join(directory, 'acl-tokens.json'), '{"default":');
  assert.equal(readTokenFile(directory).ok, false);
  const tokens = new AgentTokens(NONE);
  await assert.rejects(new TokenStore(tokens, path.join(directory, 'nowhere')).set('default', 'x'));
  assert.equal(tokens.default, '');
});
