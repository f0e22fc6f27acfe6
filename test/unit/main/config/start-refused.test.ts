// Command lines and configurations that a start refuses, as recorded: what comes before the banner, and what after it.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { quote } from '../../../../src/gotext/quote.js';
import { resolveNodeId } from '../../../../src/main/config/identity.js';
import { loadConfig } from '../../../../src/main/config/load.js';
import { afterBanner, beforeBanner } from '../../../../src/main/config/start-checks.js';
import { readJson } from '../../../data.js';
import { temporaryDirectory } from '../../../temporary.js';

interface Case {
  readonly name: string;
  readonly args: readonly string[];
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
}

const { base, cases } = readJson('config/start-refused.json') as {
  readonly base: readonly string[];
  readonly cases: readonly Case[];
};

/** Refused by a stock agent, an alias here. */
const TAKEN = new Set(['flag-dc']);
/** Refused by other parts of the agent, once it runs. */
const ELSEWHERE = new Set(['pid-file', 'script-check', 'retry-max']);

describe('a start is refused', () => {
  for (const { name, args, stdout, stderr } of cases) {
    if (TAKEN.has(name) || ELSEWHERE.has(name)) continue;
    test(name, (context) => {
      const folder = temporaryDirectory(context);
      const argv = args.flatMap((word) => (word === '<base>' ? base : [word])).map((w) => (w === 'd' ? folder : w));
      const loaded = loadConfig(argv);
      const said = stderr.at(-2) ?? '';
      if (said.startsWith('==> error parsing flags: ')) {
        assert.ok(!loaded.ok);
        assert.equal(loaded.reason, 'flags');
        assert.equal(`==> error parsing flags: ${loaded.error}`, said);
        assert.equal(loaded.error, stderr[0]);
        return;
      }
      if (said !== '') {
        const identified = loaded.ok ? resolveNodeId(loaded.config) : null;
        const before = loaded.ok ? beforeBanner(loaded.config) : loaded.error;
        const error = before ?? (identified?.ok === false ? identified.error : null);
        assert.equal(`==> ${error}`, said);
        return;
      }
      assert.ok(loaded.ok, loaded.ok ? '' : loaded.error);
      assert.equal(beforeBanner(loaded.config), null);
      const logged = stdout.find((line) => line.includes('Error starting agent')) ?? '';
      const problem = afterBanner(loaded.config);
      assert.ok(problem !== null && logged.includes(`error=${quote(problem)}`), `${problem} is not in ${logged}`);
    });
  }
});
