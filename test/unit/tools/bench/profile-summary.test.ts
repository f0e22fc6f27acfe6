import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type CpuProfile, renderProfile, summarizeProfile } from '../../../../bench/profile-summary.js';

const frame = (functionName: string, url = '', lineNumber = -1): CpuProfile['nodes'][number]['callFrame'] => ({
  functionName,
  url,
  lineNumber,
});

/** `serve` calls a built-in `write`, `other` does too; both call it through Node. */
const PROFILE: CpuProfile = {
  nodes: [
    { id: 1, callFrame: frame('(root)'), children: [2, 3, 6] },
    { id: 2, callFrame: frame('(idle)') },
    { id: 3, callFrame: frame('serve', 'file:///a/b/src/http/serve.js', 9), children: [4] },
    { id: 4, callFrame: frame('send', 'node:net', 5), children: [5] },
    { id: 5, callFrame: frame('write') },
    { id: 6, callFrame: frame('other', 'file:///a/b/src/http/other.js', 1), children: [7] },
    { id: 7, callFrame: frame('write') },
  ],
  samples: [2, 3, 5, 5, 7],
  timeDeltas: [4000, 1000, 2000, 2000, 1000],
};

describe('the summary of a CPU profile', () => {
  it('adds up self time, idling apart, and names the caller of what is built in', () => {
    const { totalMs, idleMs, functions } = summarizeProfile(PROFILE);
    assert.equal(totalMs, 10);
    assert.equal(idleMs, 4);
    assert.deepEqual(functions, [
      { name: 'write', location: '< serve src/http/serve.js:10 (80 %)', selfMs: 5 },
      { name: 'serve', location: 'src/http/serve.js:10', selfMs: 1 },
    ]);
  });

  it('is a table of shares of the busy time', () => {
    const text = renderProfile('state', PROFILE);
    assert.match(text, /^state: 0\.0 s, 60 % busy$/m);
    assert.match(text, /^write +83\.3 % +5 +< serve/m);
  });
});
