// The kinds of parameters: what is given, what an absent or empty one means, and what a bad one is answered.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { text } from '../../../../../src/workers/state/http/message/reply.js';
import { ParameterSet } from '../../../../../src/workers/state/http/parameters/parameter-set.js';
import {
  anyText,
  boolean,
  choice,
  duration,
  filledFlag,
  flag,
  header,
  integer,
  type Parameter,
  type Parameters,
  pairs,
  presentText,
  Refused,
  required,
  texts,
  uint64,
  uint64OrZero,
} from '../../../../../src/workers/state/http/parameters/parameters.js';
import { parseQuery } from '../../../../../src/workers/state/http/parameters/query.js';

function source(query: string, headers: { readonly [name: string]: string } = {}) {
  const parsed = parseQuery(query);
  assert.ok(parsed !== null, query);
  return { query: parsed, header: (name: string) => headers[name] };
}

function read<T>(parameter: Parameter<T>, query: string): T | string {
  const value = parameter.read(source(query), 'p');
  return value instanceof Refused ? `${value.reply.status} ${String(value.reply.body)}` : value;
}

const bad = (error: string, given: string) => text(400, `${given}: ${error}`);

test('a flag is its presence, a filled one its value', () => {
  for (const [query, there, filled] of [
    ['', false, false],
    ['p', true, false],
    ['p=', true, false],
    ['p=0', true, true],
    ['pp=1', false, false],
  ] as const) {
    assert.equal(read(flag('.'), query), there, query);
    assert.equal(read(filledFlag('.'), query), filled, query);
  }
});

test('the first of several values counts; lists and pairs take all', () => {
  assert.equal(read(anyText('.'), 'p=a&p=b'), 'a');
  assert.equal(read(presentText('.'), 'p=&p=b'), '');
  assert.equal(read(presentText('.'), 'q=1'), null);
  assert.deepEqual(read(texts('.'), 'p=a&p=&q=c&p=b'), ['a', 'b']);
  assert.deepEqual({ ...(read(pairs('.'), 'p=a:b:c&p=d&p=a:x') as object) }, { a: 'x', d: '' });
  assert.equal(read(pairs('.'), ''), null);
});

test('numbers: within their bounds, in decimal, and nothing else', () => {
  assert.equal(read(uint64('.', bad), 'p=18446744073709551615'), 18446744073709551615n);
  assert.equal(read(uint64('.', bad), 'q'), null);
  for (const given of ['18446744073709551616', '-1', '1e3', '0x1', '', '%20']) {
    assert.match(String(read(uint64('.', bad), `p=${given}`)), /^400 .*strconv\.ParseUint: parsing/, given);
  }
  assert.equal(read(uint64OrZero('.', bad), 'p='), 0);
  assert.match(String(read(uint64OrZero('.', bad), 'p=x')), /^400 x: strconv/);
  const few = integer('.', [0, 5], bad, text(400, 'outside'));
  assert.deepEqual(
    ['p=5', 'p=', '', 'p=6', 'p=-1', 'p=99999999999999999999', 'p=x'].map((query) =>
      String(read(few, query)).slice(0, 11),
    ),
    ['5', '0', '0', '400 outside', '400 outside', '400 9999999', '400 x: strc'],
  );
});

test('words for true and false; the row says what an empty value means', () => {
  assert.equal(read(boolean('.', true, bad), 'p'), true);
  assert.equal(read(boolean('.', false, bad), 'p='), false);
  assert.match(String(read(boolean('.', null, bad), 'p=')), /^400 /);
  assert.equal(read(boolean('.', true, bad), 'p=f'), false);
  assert.match(String(read(boolean('.', true, bad), 'p=yes')), /^400 yes: strconv\.ParseBool/);
  assert.equal(read(boolean('.', true, bad), ''), false);
});

test('durations are milliseconds; words are taken whatever their case', () => {
  assert.equal(read(duration('.', bad), 'p=1.5s'), 1500);
  assert.equal(read(duration('.', bad), ''), 0);
  assert.match(String(read(duration('.', bad), 'p=10')), /^400 10: time: missing unit/);
  const word = choice('.', new Map([['warn', 2]]), 1, (given) => text(400, `unknown ${given}`));
  assert.deepEqual(
    ['p=WARN', 'p=', '', 'p=x'].map((query) => read(word, query)),
    [2, 1, 1, '400 unknown x'],
  );
});

test('what is required and absent refuses the call, query or none', () => {
  const declared = { p: required(boolean('.', null, bad), text(400, 'Missing p')), h: header('.') };
  const set = new ParameterSet(declared);
  for (const query of ['', 'q=1']) {
    const values = set.read(source(query));
    assert.ok(values instanceof Refused);
    assert.equal(values.reply.body, 'Missing p');
  }
  assert.deepEqual({ ...set.read(source('p=true', { h: 'x' })) }, { p: true, h: 'x' });
});

test('the first bad one in the order of the row is answered', () => {
  const set = new ParameterSet({ b: uint64('.', bad), a: uint64('.', bad) });
  const values = set.read(source('a=A&b=B'));
  assert.ok(values instanceof Refused);
  assert.match(String(values.reply.body), /^B: /);
});

test('a call without parameters costs no object: its values are the kept ones', () => {
  const declared: Parameters = {
    ...{ flag: flag('.'), text: anyText('.'), present: presentText('.'), texts: texts('.'), pairs: pairs('.') },
    ...{ boolean: boolean('.', true, bad), uint64: uint64('.', bad), zero: uint64OrZero('.', bad) },
    ...{ integer: integer('.', [0, 1], bad, text(400, '')), duration: duration('.', bad) },
    choice: choice('.', new Map(), 'x', () => text(400, '')),
  };
  const set = new ParameterSet(declared);
  const none = set.read(source(''));
  assert.equal(set.read(source('index=7&wait=10s')), none);
  assert.equal(set.read(source('text=')), none);
  const some = set.read(source('text=a'));
  assert.notEqual(some, none);
  assert.deepEqual({ ...some }, { ...none, text: 'a' });
  for (const query of ['x&text=a', 'te%78t=a', '&&text=a', 'x=1&text=a&flags']) {
    assert.deepEqual({ ...set.read(source(query)) }, { ...none, text: 'a' }, query);
  }
});

test('metadata named like the parts of a reply is metadata', () => {
  const set = new ParameterSet({ 'node-meta': pairs('.') });
  const values = set.read(source('node-meta=status:1&node-meta=contentType:x&node-meta=reply:y'));
  assert.ok(!(values instanceof Refused));
  assert.deepEqual({ ...values['node-meta'] }, { status: '1', contentType: 'x', reply: 'y' });
});
