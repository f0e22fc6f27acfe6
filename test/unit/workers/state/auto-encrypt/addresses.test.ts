// Whom an agent without a certificate asks.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressesToAsk } from '../../../../../src/workers/state/auto-encrypt/addresses.js';

test('servers of the pool, where it shows any', () => {
  assert.deepEqual(addressesToAsk(['10.0.0.1:8300', '10.0.0.2:8400'], ['10.9.9.9'], 8300), [
    '10.0.0.1:8300',
    '10.0.0.2:8400',
  ]);
});

test('before that those of retry_join, at the port of servers and not at the pool’s', () => {
  const join = [
    '10.0.0.1',
    '10.0.0.1:8301',
    'server.test:8301',
    '::1',
    '[::2]:8301',
    '[::3]',
    '',
    'provider=aws tag_key=a',
  ];
  assert.deepEqual(addressesToAsk([], join, 9300), [
    '10.0.0.1:9300',
    'server.test:9300',
    '[::1]:9300',
    '[::2]:9300',
    '[::3]:9300',
  ]);
  assert.deepEqual(addressesToAsk([], [], 8300), []);
});
