import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aliased, type Decoded, decodeJson, struct } from '../../../src/gotext/json-decode.js';
import * as kind from '../../../src/gotext/json-kinds.js';
import { MAX_NESTING } from '../../../src/gotext/nesting.js';

const check = struct('CheckType', {
  Name: kind.string,
  Interval: kind.duration,
  ScriptArgs: aliased(kind.list(kind.string), 'args', 'script_args'),
});
const service = struct('ServiceDefinition', {
  ID: kind.string,
  Name: kind.string,
  Port: kind.int,
  Flags: kind.uint64,
  Tags: kind.list(kind.string),
  Meta: kind.map(kind.string),
  EnableTagOverride: aliased(kind.bool, 'enable_tag_override'),
  Check: kind.pointer(check),
  Checks: kind.list(check),
  Value: kind.bytes,
  Config: kind.map(kind.dynamic),
  Weights: struct('Weights', { Passing: kind.int32 }),
});
const empty = {
  ID: '',
  Name: '',
  Port: 0,
  Flags: 0,
  Tags: null,
  Meta: null,
  EnableTagOverride: false,
  Check: null,
  Checks: null,
  Value: null,
  Config: null,
  Weights: { Passing: 0 },
};
const strict = { unknownFields: 'error' } as const;

function errorOf(decoded: Decoded<unknown>): string {
  assert.ok(!decoded.ok);
  return decoded.error;
}

function decode(text: string) {
  return decodeJson(text, service, strict);
}

test('absent fields and null are zero values', () => {
  assert.deepEqual(decode('{}'), { ok: true, value: empty });
  assert.deepEqual(decode('null'), { ok: true, value: empty });
  const nulls = '{"ID":null,"Port":null,"Tags":null,"Meta":null,"Check":null,"Weights":null,"args":1}';
  assert.equal(errorOf(decode(nulls)), 'json: unknown field "args"');
  assert.deepEqual(decode(nulls.replace(',"args":1', '')), { ok: true, value: empty });
});

test('names match without case, the last one wins', () => {
  const decoded = decode('{"name":"a","NAME":"b","Name":"c","nAmE":"d","port":1,"Weights":{"passing":3}}');
  assert.deepEqual(decoded, { ok: true, value: { ...empty, Name: 'd', Port: 1, Weights: { Passing: 3 } } });
});

test('an alias fills a field that has no value', () => {
  assert.deepEqual(decode('{"enable_tag_override":true,"Check":{"args":["a"]}}'), {
    ok: true,
    value: { ...empty, EnableTagOverride: true, Check: { Name: '', Interval: 0, ScriptArgs: ['a'] } },
  });
  const both = decode('{"Check":{"ScriptArgs":["x"],"script_args":["y"]}}');
  assert.ok(both.ok);
  assert.deepEqual(both.value.Check?.ScriptArgs, ['x']);
});

test('null and empty lists stay different', () => {
  const decoded = decode('{"Tags":[],"Meta":{},"Checks":[null,{}]}');
  const blank = { Name: '', Interval: 0, ScriptArgs: null };
  assert.deepEqual(decoded, { ok: true, value: { ...empty, Tags: [], Meta: {}, Checks: [blank, blank] } });
});

test('wrong types are named with their place', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['{"Port":"80"}', 'json: cannot unmarshal string into Go struct field ServiceDefinition.Port of type int'],
    ['{"Port":1.5}', 'json: cannot unmarshal number 1.5 into Go struct field ServiceDefinition.Port of type int'],
    ['{"ID":5}', 'json: cannot unmarshal number into Go struct field ServiceDefinition.ID of type string'],
    ['{"Tags":{}}', 'json: cannot unmarshal object into Go struct field ServiceDefinition.Tags of type []string'],
    ['{"Tags":[1]}', 'json: cannot unmarshal number into Go struct field ServiceDefinition.Tags of type string'],
    [
      '{"Meta":[]}',
      'json: cannot unmarshal array into Go struct field ServiceDefinition.Meta of type map[string]string',
    ],
    ['{"check":{"name":true}}', 'json: cannot unmarshal bool into Go struct field CheckType.Check.Name of type string'],
    ['{"Flags":-1}', 'json: cannot unmarshal number -1 into Go struct field ServiceDefinition.Flags of type uint64'],
    ['{"Value":"a"}', 'illegal base64 data at input byte 0'],
    ['{"Value":"YWJj!"}', 'illegal base64 data at input byte 4'],
    ['[]', 'json: cannot unmarshal array into Go value of type ServiceDefinition'],
    ['{"Check":{"Interval":"10"}}', 'time: missing unit in duration "10"'],
    ['{"Bogus":1,"Port":"x"}', 'json: unknown field "Bogus"'],
    ['{"Port":"x","Bogus":1}', 'json: cannot unmarshal string into Go struct field ServiceDefinition.Port of type int'],
    ['{"Checks":[{"Bogus":1}]}', 'json: unknown field "Bogus"'],
    ['', 'EOF'],
    ['{"ID":', 'unexpected EOF'],
  ];
  for (const [text, error] of cases) assert.equal(errorOf(decode(text)), error);
});

test('values of every kind arrive', () => {
  const decoded = decode(
    '{"Flags":18446744073709551615,"Value":"YWJj","Meta":{"__proto__":"x","b":"y"},"Config":{"a":[1,{"b":null}],"n":9007199254740993},' +
      '"Check":{"Interval":"1m"},"Checks":[{"interval":1500.7},{"interval":true}]} trailing',
  );
  assert.ok(decoded.ok);
  assert.equal(decoded.value.Flags, 18446744073709551615n);
  assert.deepEqual(decoded.value.Value, Buffer.from('abc'));
  assert.deepEqual(Object.entries(decoded.value.Meta ?? {}), [
    ['__proto__', 'x'],
    ['b', 'y'],
  ]);
  assert.deepEqual(decoded.value.Config, { a: [1, { b: null }], n: 9007199254740992 });
  assert.equal(decoded.value.Check?.Interval, 60e9);
  assert.deepEqual(
    decoded.value.Checks?.map((item) => item.Interval),
    [1500, 0],
  );
});

test('unknown fields can be ignored, or have their own text', () => {
  assert.ok(decodeJson('{"Bogus":1,"Check":{"x":1}}', service, { unknownFields: 'ignore' }).ok);
  const options = {
    unknownFields: 'error',
    unknownFieldError: (name: string) => (name === 'Namespace' ? 'json: no such thing' : undefined),
  } as const;
  assert.equal(errorOf(decodeJson('{"Namespace":1}', service, options)), 'json: no such thing');
  assert.equal(errorOf(decodeJson('{"Other":1}', service, options)), 'json: unknown field "Other"');
});

test('free-form values nest only so deep', () => {
  const nested = (depth: number) => `{"Config":{"a":${'['.repeat(depth)}${']'.repeat(depth)}}}`;
  for (const depth of [64, 65, MAX_NESTING]) assert.ok(decode(nested(depth)).ok);
  for (const depth of [MAX_NESTING + 1, 5000]) {
    assert.equal(errorOf(decode(nested(depth))), 'value is nested deeper than 512 levels');
  }
});
