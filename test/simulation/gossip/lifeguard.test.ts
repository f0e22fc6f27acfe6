// What Lifeguard is for (arXiv 1707.00788): members that are slow themselves must not talk others to death. As in the
// paper, slow members hold back what they send and get for seconds at a time while their clocks run on; counted is how
// often a healthy member is declared dead by anybody.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONSUL_LAN } from '../../../src/main/gossip/core/settings.js';
import { falseDeaths, SWIM } from './slow-members.js';

const TROUBLE = { members: 64, slowMs: 8000, freeMs: 250, runMs: 120_000 };

for (const slow of [1, 4, 16]) {
  test(`${slow} slow members of ${TROUBLE.members}: Lifeguard spares the healthy ones`, (context) => {
    const [withLifeguard, without] = [CONSUL_LAN, SWIM].map(
      (settings) => falseDeaths(settings, { ...TROUBLE, slow }, slow).everywhere,
    );
    assert.ok(withLifeguard !== undefined && without !== undefined);
    context.diagnostic(`healthy members declared dead: ${without} times by SWIM, ${withLifeguard} with Lifeguard`);
    assert.ok(without > 0);
    assert.ok(withLifeguard * 10 <= without);
  });
}
