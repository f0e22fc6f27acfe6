import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { startCpuProfile } from '../../../src/observe/cpu-profile.js';

describe("a thread's CPU profile", () => {
  let directory = '';
  beforeEach(() => {
    directory = fs.mkdtempSync(path.join(os.tmpdir(), 'lictor-profile-'));
  });
  afterEach(() => {
    delete process.env['LICTOR_CPU_PROFILE_DIR'];
    fs.rmSync(directory, { recursive: true });
  });

  it('is not taken unless asked for', () => {
    assert.equal(startCpuProfile('state'), null);
    process.env['LICTOR_CPU_PROFILE_DIR'] = '';
    assert.equal(startCpuProfile('state'), null);
  });

  it('is written under the name of the thread when it ends, and holds its functions', async () => {
    process.env['LICTOR_CPU_PROFILE_DIR'] = path.join(directory, 'not/there/yet');
    const end = startCpuProfile('state');
    assert.ok(end);
    // By the processor's time: on a busy machine fewer samples are taken in the same time by the clock.
    const spinHere = (until: number): void => {
      while (process.cpuUsage().user < until) Math.sqrt(until);
    };
    spinHere(process.cpuUsage().user + 100_000);
    await end();
    const file = path.join(directory, 'not/there/yet/state.cpuprofile');
    const profile = JSON.parse(fs.readFileSync(file, 'utf8')) as {
      nodes: { callFrame: { functionName: string } }[];
      samples: number[];
    };
    assert.ok(profile.samples.length > 10);
    assert.ok(profile.nodes.some(({ callFrame }) => callFrame.functionName === 'spinHere'));
  });

  it('fails when it can not be written', async () => {
    const file = path.join(directory, 'a-file');
    fs.writeFileSync(file, '');
    process.env['LICTOR_CPU_PROFILE_DIR'] = file;
    const end = startCpuProfile('state');
    assert.ok(end);
    await assert.rejects(end(), /EEXIST|ENOTDIR/);
  });
});
