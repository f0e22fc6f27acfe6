// The judgement of a conformance kit's scenarios: what must make a test fail does.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Outcome, type Scenario, Standing, type Waiting } from '../../../conformance/standing.js';

const scenario: Scenario = { name: 'kv', steps: ['get', 'put', 'list'], preparations: ['setup PUT /v1/query'] };
const REFUSAL = 'ACLs are not enforced';

function outcome(failed: readonly string[], changes: Partial<Outcome> = {}): Outcome {
  const passed = scenario.steps.filter((step) => !failed.includes(step));
  return { passed, failed, refusal: null, lost: null, output: '', ...changes };
}

function judge(waiting: Omit<Waiting, 'reason'> | null, result: Outcome): readonly string[] {
  const list = waiting === null ? {} : { kv: { reason: 'later', ...waiting } };
  return new Standing('http', [scenario], list).judge(scenario, result);
}

test('a scenario that waits for nothing passes as a whole', () => {
  assert.deepEqual(judge(null, outcome([])), []);
  assert.deepEqual(judge(null, outcome(['put'])), ['failed: put']);
  assert.deepEqual(judge(null, outcome(['setup PUT /v1/query'])), ['failed: setup PUT /v1/query']);
  assert.deepEqual(judge(null, outcome(['stray'])), ['failed: stray']);
});

test('exactly the steps that wait fail', () => {
  assert.deepEqual(judge({ steps: ['put'] }, outcome(['put'])), []);
  assert.deepEqual(judge({ steps: ['put'] }, outcome(['put', 'get'])), ['failed: get']);
  assert.deepEqual(judge({ steps: ['put', 'setup PUT /v1/query'] }, outcome(['put', 'setup PUT /v1/query'])), []);
  const stale = 'no longer fail, take them off the waiting list';
  assert.deepEqual(judge({ steps: ['put'] }, outcome([])), [`${stale}: put`]);
  assert.deepEqual(judge({ steps: ['put', 'setup PUT /v1/query'] }, outcome(['put'])), [
    `${stale}: setup PUT /v1/query`,
  ]);
  assert.deepEqual(judge({ steps: ['put', 'gone'] }, outcome(['put'])), [
    'on the waiting list, but not in the scenario: gone',
  ]);
});

test('where a whole scenario waits no step passes; what prepares it may fail', () => {
  assert.deepEqual(judge({}, outcome(['get', 'put', 'list'])), []);
  assert.deepEqual(judge({}, outcome(['get', 'put', 'list', 'setup PUT /v1/query'])), []);
  assert.deepEqual(judge({}, outcome(['get', 'put', 'list', 'stray'])), ['failed: stray']);
  assert.deepEqual(judge({}, outcome(['get', 'put'])), ['no longer fail, take them off the waiting list: list']);
});

test('a step that never ran is no step that failed', () => {
  assert.deepEqual(judge({}, outcome(['get', 'put'], { passed: [] })), [
    'never ran: list',
    'no longer fail, take them off the waiting list: list',
  ]);
  assert.deepEqual(judge(null, outcome([], { passed: ['get', 'put'] })), ['never ran: list']);
});

test('an agent that dies or hangs is told, whatever waits', () => {
  assert.deepEqual(judge({}, outcome(['get', 'put', 'list'], { lost: 'the agent ended' })), ['the agent ended']);
});

test('a scenario that waits for its agent to start wants it to say why it does not', () => {
  const refused = (text: string): Outcome => outcome([], { passed: [], refusal: text });
  assert.deepEqual(judge({ refusal: REFUSAL }, refused(`error: ${REFUSAL}`)), []);
  assert.deepEqual(judge({ refusal: REFUSAL }, refused('port in use')), ['the agent did not start:\nport in use']);
  assert.deepEqual(judge({}, refused(REFUSAL)), [`the agent did not start:\n${REFUSAL}`]);
  assert.deepEqual(judge(null, refused(REFUSAL)), [`the agent did not start:\n${REFUSAL}`]);
  assert.match(String(judge({ refusal: REFUSAL }, outcome(['get', 'put', 'list']))), /^the agent starts: take/);
});

test('steps of one name, and a scenario without steps, are complaints', () => {
  const standing = new Standing('http', [scenario], {});
  const twice = { ...scenario, steps: ['get', 'get'] };
  assert.deepEqual(standing.judge(twice, outcome([])), ['steps of the same name: get']);
  assert.deepEqual(standing.judge({ ...scenario, steps: [] }, outcome([])), ['has no steps: kv']);
});

test('a kit that left a scenario out, or ran nothing, or has a list of strangers, says so', () => {
  const standing = new Standing('http', [scenario], { kw: { reason: 'later' } });
  const stranger = 'the waiting list names kw, which the kit does not have';
  assert.deepEqual(standing.complaints(), [stranger, 'kv was not run', 'nothing passed']);
  standing.judge(scenario, outcome([]));
  assert.deepEqual(standing.complaints(), [stranger]);
  assert.deepEqual(new Standing('http', [], {}).complaints(), ['nothing passed']);
});

test('the summary counts steps', () => {
  const other = { ...scenario, name: 'session' };
  const standing = new Standing('http', [scenario, other], { kv: { reason: 'later', steps: ['put'] } });
  standing.judge(scenario, outcome(['put']));
  standing.judge(other, outcome([]));
  assert.equal(standing.summary(), '# http: 5 steps pass, 1 wait');
  standing.judge(other, outcome(['get']));
  assert.equal(standing.summary(), '# http: 4 steps pass, 1 wait, 1 fail');
});
