import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bytesJson, dynamicJson, mapJson, numberJson, quoteJson } from '../../../src/gotext/json-encode.js';
import { indentJson } from '../../../src/gotext/json-indent.js';
import { compareUtf8 } from '../../../src/gotext/utf8-order.js';

test('text is escaped as Go escapes it', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['plain', '"plain"'],
    ['a"b\\c', '"a\\"b\\\\c"'],
    ['<a>&', '"\\u003ca\\u003e\\u0026"'],
    ['\u2028\u2029', '"\\u2028\\u2029"'],
    ['é😀', '"é😀"'],
    ['\b\f\n\r\t\u0001\u007f', '"\\b\\f\\n\\r\\t\\u0001\u007f"'],
    ['x\ud800y', '"x\\ufffdy"'],
    ['\\ud800<', '"\\\\ud800\\u003c"'],
  ];
  for (const [text, json] of cases) assert.equal(quoteJson(text), json);
});

test('what was quoted reads back', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      assert.equal(JSON.parse(quoteJson(text)), text);
      assert.doesNotMatch(quoteJson(text), /[<>&\u2028\u2029]/);
    }),
  );
});

test('values of all kinds', () => {
  assert.equal(numberJson(-0), '-0');
  assert.equal(numberJson(18446744073709551615n), '18446744073709551615');
  assert.equal(bytesJson(null), 'null');
  assert.equal(bytesJson(new Uint8Array([1, 2, 3]).subarray(1)), '"AgM="');
  assert.equal(mapJson({ b: 'x', a: '<' }, quoteJson), '{"a":"\\u003c","b":"x"}');
  assert.equal(mapJson(null, quoteJson), 'null');
  const value = { z: [1, 2.5, null, true], a: {}, b: [], c: new Uint8Array([255]) };
  assert.equal(dynamicJson(value), '{"a":{},"b":[],"c":"/w==","z":[1,2.5,null,true]}');
});

test('keys are ordered by their UTF-8 bytes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
      assert.equal(Math.sign(compareUtf8(a, b)), Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
  );
  assert.ok(compareUtf8('\uff5e', '\u{10000}') < 0);
});

test('indenting changes white space only', () => {
  assert.equal(
    indentJson('{"a":[1,{"b":"x,{}\\"[:"}],"c":{},"d":[]}'),
    '{\n    "a": [\n        1,\n        {\n            "b": "x,{}\\"[:"\n        }\n    ],\n    "c": {},\n    "d": []\n}',
  );
  assert.equal(indentJson('[]'), '[]');
  assert.equal(indentJson('12'), '12');
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const compact = JSON.stringify(value);
      assert.equal(indentJson(compact), JSON.stringify(JSON.parse(compact), null, 4));
    }),
  );
});
