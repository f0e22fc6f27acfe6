import assert from 'node:assert/strict';
import { test } from 'node:test';
import { joinHostPort, splitHostPort } from '../../../src/gotext/host-port.js';
import { errorList } from '../../../src/gotext/multierror.js';
import { uuidProblem } from '../../../src/gotext/uuid.js';

test('an IPv6 host stands in brackets', () => {
  assert.equal(joinHostPort('10.0.0.1', 53), '10.0.0.1:53');
  assert.equal(joinHostPort('', 53), ':53');
  assert.equal(joinHostPort('fe80::1%eth0', '53'), '[fe80::1%eth0]:53');
});

test('errors are counted, then listed', () => {
  assert.equal(errorList(['a']), '1 error occurred:\n\t* a\n\n');
  assert.equal(errorList(['a', 'b']), '2 errors occurred:\n\t* a\n\t* b\n\n');
});

test('a UUID has 36 characters, hexadecimal ones of either case between its dashes', () => {
  assert.equal(uuidProblem('3F2504E0-4f89-41d3-9a0c-0305e82c3301'), null);
  assert.equal(uuidProblem('3f2504e0'), 'uuid string is wrong length');
  assert.equal(uuidProblem('3f2504e0-4f89-41d3-9a0c-0305e82c330g'), 'uuid is improperly formatted');
  assert.equal(uuidProblem('3f2504e04-f89-41d3-9a0c-0305e82c3301'), 'uuid is improperly formatted');
});

test('an address is taken apart as it was put together', () => {
  for (const [host, port] of [
    ['10.0.0.1', 8300],
    ['::1', 80],
    ['fe80::1%eth0', 1],
  ] as const) {
    assert.deepEqual(splitHostPort(joinHostPort(host, port)), { host, port });
  }
});
