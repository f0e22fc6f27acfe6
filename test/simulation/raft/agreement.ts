// What must be true once the faults of a storm ended: one leader, one log, one state, and an answer to every proposal.

import assert from 'node:assert/strict';
import type { Cluster } from './cluster.js';

/** Whether it is so: everybody that the leader knows has all that it has, and nobody waits for an answer. */
export function isAgreed(cluster: Cluster): boolean {
  const leader = cluster.leader();
  const leading = leader && cluster.core(leader);
  if (!leader || !leading || leading.log.committed !== leading.log.last.index || cluster.waitsForOrders) return false;
  const { last, committed } = leading.log;
  const isThere = ({ id }: { readonly id: string }): boolean => {
    const life = cluster.servers.find((server) => server.id === id)?.life;
    if (!life?.isStarted) return false;
    const { core } = life.server;
    const hasLog = core.log.last.index === last.index && core.log.last.term === last.term;
    const knows = core.log.committed === committed && core.leader === leader.id && life.machine.through === committed;
    return hasLog && knows && life.leadership.hasLeader && life.leadership.mayServe === (id === leader.id);
  };
  return (
    leading.configuration.servers.every(isThere) && cluster.servers.every(({ life }) => life?.unanswered.size === 0)
  );
}

export function assertAgreement(cluster: Cluster): void {
  const leader = cluster.leader();
  const leading = leader && cluster.core(leader);
  assert.ok(leader?.life && leading, 'a leader is there once the faults ended');
  const { last, committed } = leading.log;
  assert.equal(committed, last.index, 'everything is committed');
  for (const { id } of leading.configuration.servers) {
    const life = cluster.servers.find((server) => server.id === id)?.life;
    assert.ok(life);
    const { core } = life.server;
    assert.deepEqual(core.log.last, last, `${id} has the leader's log`);
    assert.equal(core.log.committed, committed, `${id} knows what is committed`);
    assert.equal(core.leader, leader.id, `${id} knows the leader`);
    assert.ok(life.leadership.hasLeader, `${id} tells of the leader`);
    assert.equal(life.leadership.mayServe, id === leader.id, `${id} may read by itself`);
    assert.equal(life.machine.through, committed, `${id} applied everything`);
    assert.deepEqual(life.machine.content, leader.life.machine.content, `${id} has the leader's state`);
  }
  for (const { id, life } of cluster.servers) assert.equal(life?.unanswered.size, 0, `${id} answered every proposal`);
  assert.equal(cluster.invariants.committed.size, committed);
  checkWritten(cluster, leader.life.machine.content);
}

/** What clients were told is there, unless it was restored away; and what they were told was restored away isn't. */
function checkWritten({ written, restoredAway, invariants }: Cluster, content: unknown): void {
  if (!Array.isArray(content)) return;
  const kept = new Map(content as [number, string][]);
  for (const index of kept.keys()) assert.ok(index > restoredAway, `index ${index} came back after a restore`);
  for (const [index, key] of written) {
    if (index > invariants.restoredThrough) assert.equal(kept.get(index), key, `what was written at ${index} is gone`);
  }
}

/** Without a cause: what is reported is the innermost error, and must name the seed. */
export function failedBy(seed: number, error: unknown): Error {
  return new Error(`seed ${seed}: ${error instanceof Error ? error.stack : String(error)}`);
}
