// Numbers of a body against what their field holds: Go's encoding/json looks at the literal, so `8e3` is no integer, and what
// is beyond a field's bits is refused by name and never rounded.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeJson, struct } from '../../../src/gotext/json-decode.js';
import { int64Json } from '../../../src/gotext/json-encode.js';
import * as kind from '../../../src/gotext/json-kinds.js';
import { parseJson, parseWrittenJson } from '../../../src/gotext/json-parse.js';

const body = struct('Body', {
  Int: kind.int,
  Flags: kind.uint64,
  Index: kind.index,
  Wait: kind.duration,
  Float: kind.float,
  Any: kind.dynamic,
  Text: kind.string,
  Inner: kind.pointer(struct('Inner', { Int: kind.int })),
  Map: kind.map(kind.int),
});

function outcome(field: string, literal: string): unknown {
  const decoded = decodeJson(`{"${field}": ${literal}}`, body, { unknownFields: 'error' });
  return decoded.ok ? Reflect.get(decoded.value, field) : decoded.error;
}

function refusal(field: string, literal: string, goType: string): string {
  return `json: cannot unmarshal number ${literal} into Go struct field Body.${field} of type ${goType}`;
}

test('a literal with a fraction or an exponent is no integer, however whole its value', () => {
  for (const literal of [
    '8e3',
    '1e15',
    '80.0',
    '8E3',
    '-1e2',
    '1e30',
    '0.0',
    '-0.0',
    '0e0',
    '1e+2',
    '0.5',
    '12345678901234567.0',
  ]) {
    assert.equal(outcome('Int', literal), refusal('Int', literal, 'int'));
    assert.equal(outcome('Flags', literal), refusal('Flags', literal, 'uint64'));
    assert.equal(outcome('Index', literal), refusal('Index', literal, 'uint64'));
  }
  for (const spaced of ['{"Int":\n\t 8e3}', '{"Map":{"a":1,"b":8e3}}', '{"Inner":{"Int":80.0}}']) {
    assert.equal(decodeJson(spaced, body, { unknownFields: 'error' }).ok, false, spaced);
  }
});

test('text that looks like such a number is text', () => {
  const text = 'a:80.5,8e3 [1.0 and "8e3"';
  const decoded = decodeJson(JSON.stringify({ Text: text, Int: 3 }), body, { unknownFields: 'error' });
  assert.ok(decoded.ok);
  assert.deepEqual([decoded.value.Text, decoded.value.Int], [text, 3]);
});

test('the negative zero is zero to an int, and nothing unsigned', () => {
  assert.ok(Object.is(outcome('Int', '-0'), 0));
  assert.equal(outcome('Flags', '-0'), refusal('Flags', '-0', 'uint64'));
  assert.equal(outcome('Index', '-0'), refusal('Index', '-0', 'uint64'));
});

test('each kind at its bounds and past them', () => {
  assert.equal(outcome('Int', '9007199254740991'), Number.MAX_SAFE_INTEGER);
  assert.equal(outcome('Int', '9007199254740992'), refusal('Int', '9007199254740992', 'int'));
  assert.equal(outcome('Flags', '18446744073709551615'), 2n ** 64n - 1n);
  assert.equal(outcome('Flags', '18446744073709551616'), refusal('Flags', '18446744073709551616', 'uint64'));
  assert.equal(outcome('Flags', '-1'), refusal('Flags', '-1', 'uint64'));
  assert.equal(outcome('Index', '9007199254740991'), Number.MAX_SAFE_INTEGER);
  assert.equal(outcome('Index', '18446744073709551615'), refusal('Index', '18446744073709551615', 'uint64'));
  assert.equal(outcome('Index', '-1'), refusal('Index', '-1', 'uint64'));
});

test('a duration takes any number that nanoseconds of 64 bits hold', () => {
  assert.equal(outcome('Wait', '1e9'), 1e9);
  assert.equal(outcome('Wait', '1.5'), 1);
  assert.ok(Object.is(outcome('Wait', '-0.5'), 0));
  assert.equal(outcome('Wait', '-9223372036854775808'), -(2 ** 63));
  assert.equal(outcome('Wait', '9223372036854774784'), 2 ** 63 - 1024);
  for (const literal of ['1e30', '-1e30', '9223372036854775807', '9300000000000000000']) {
    assert.equal(outcome('Wait', literal), refusal('Wait', literal, 'time.Duration'));
  }
});

test('floats and free-form values take any number, as doubles', () => {
  for (const field of ['Float', 'Any']) {
    assert.equal(outcome(field, '8e3'), 8000);
    assert.equal(outcome(field, '80.0'), 80);
    assert.equal(outcome(field, '-2.50e1'), -25);
    assert.equal(outcome(field, '18446744073709551615'), 2 ** 64);
    assert.match(String(outcome(field, '1e400')), /cannot unmarshal number 1e400/);
  }
  assert.deepEqual(outcome('Any', '{"a":[1e3,{"b":2.0}]}'), { a: [1000, { b: 2 }] });
});

test('a number where something else belongs is refused as one', () => {
  assert.match(String(outcome('Text', '8e3')), /cannot unmarshal number into Go struct field Body.Text of type string/);
  assert.match(
    String(outcome('Inner', '8e3')),
    /cannot unmarshal number into Go struct field Body.Inner of type Inner/,
  );
  assert.match(String(outcome('Map', '8e3')), /cannot unmarshal number into Go struct field Body.Map/);
});

test('who asks for plain values gets plain numbers', () => {
  assert.deepEqual(parseJson('[8e3,80.0]', 'decoder'), { ok: true, value: [8000, 80] });
  const written = parseWrittenJson('[8e3]');
  assert.ok(written.ok);
  assert.deepEqual(JSON.stringify(written.value), '[{"value":8000,"literal":"8e3"}]');
});

test('int64s are shown in full', () => {
  assert.equal(int64Json(15_000_000_000), '15000000000');
  assert.equal(int64Json(2 ** 63 - 1024), '9223372036854774784');
  assert.equal(int64Json(2 ** 63), '9223372036854775807');
  assert.equal(int64Json(-(2 ** 63)), '-9223372036854775808');
});
