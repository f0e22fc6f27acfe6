// A body of many items gives the same items however its bytes were cut on their way, and a wrong one spoils no other.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { struct } from '../../../../../src/gotext/json-decode.js';
import { int, string } from '../../../../../src/gotext/json-kinds.js';
import { type ItemForm, ItemStream } from '../../../../../src/workers/state/http/items/item-stream.js';
import { Refused } from '../../../../../src/workers/state/http/parameters/parameters.js';
import { waitFor } from '../../../../agent-process.js';
import { runSeed } from '../../../../random.js';

const KIND = struct('Thing', { Name: string, Size: int });
const RULES = { options: { unknownFields: 'error' }, errorPrefix: 'bad: ', maxItemBytes: 200 } as const;
const LINES = 'application/x-ndjson; charset=utf-8';

interface Taken {
  readonly form: ItemForm | string;
  /** `Name/Size` of an item, or the text of what is wrong with it. */
  readonly items: readonly string[];
}

async function take(pieces: Iterable<Uint8Array>, contentType = '', isCut = false): Promise<Taken> {
  async function* arriving(): AsyncGenerator<Uint8Array, void> {
    yield* pieces;
    if (isCut) throw new Error('unexpected EOF');
  }
  const stream = new ItemStream(KIND, RULES, arriving(), contentType);
  const form = await stream.form();
  if (form instanceof Refused) return { form: `${form.reply.status} ${form.reply.body}`, items: [] };
  const items: string[] = [];
  for (let some = await stream.next(); some !== null; some = await stream.next()) {
    for (const item of some) items.push(item.ok ? `${item.value.Name}/${item.value.Size}` : (item.error ?? 'a bug'));
  }
  return { form, items };
}

function whole(body: string, contentType = ''): Promise<Taken> {
  return take([Buffer.from(body)], contentType);
}

function cutAt(body: Buffer, places: readonly number[]): Buffer[] {
  const sorted = [...new Set(places.map((place) => place % (body.length + 1)))].sort((a, b) => a - b);
  const pieces: Buffer[] = [];
  let start = 0;
  for (const place of [...sorted, body.length]) {
    pieces.push(body.subarray(start, place));
    start = place;
  }
  return pieces;
}

const value = fc.oneof(
  fc.record({ Name: fc.string({ unit: 'binary', maxLength: 12 }), Size: fc.integer({ min: 0, max: 9 }) }),
  fc.jsonValue({ maxDepth: 2 }),
  fc.record({ Name: fc.string({ minLength: 190, maxLength: 230 }) }),
);
const itemText = fc.oneof(
  { weight: 4, arbitrary: value.map((one) => JSON.stringify(one)) },
  { weight: 1, arbitrary: fc.stringMatching(/^[[\]{},:"\\a1 \n]{0,12}$/) },
);
const body = fc.oneof(
  fc.array(itemText, { maxLength: 8 }).map((items) => `[${items.join(',')}]`),
  fc.array(itemText, { maxLength: 8 }).map((items) => items.map((item) => `${item}\r\n`).join('')),
  fc.stringMatching(/^ {0,2}[[{]?[[\]{},:"\\a1 \n]{0,40}$/),
);

describe('items of a stream', () => {
  test('one that is too long is said to be, also where the array breaks behind it', async () => {
    const body = Buffer.from(`[{"Name": "${'a'.repeat(230)}"}}`);
    const expected = ['Item too large, max size: 200 bytes', "bad: invalid character '}' after array element"];
    assert.deepEqual((await take([body], '')).items, expected);
    assert.deepEqual((await take(cutAt(body, [100, 220]), '')).items, expected);
  });

  test('are the same however the bytes are cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        body,
        fc.constantFrom('', LINES),
        fc.array(fc.nat(), { maxLength: 12 }),
        async (text, contentType, places) => {
          const expected = await whole(text, contentType);
          const bytes = Buffer.from(text);
          assert.deepEqual(await take(cutAt(bytes, places), contentType), expected);
          const single = Array.from(bytes, (_, at) => bytes.subarray(at, at + 1));
          assert.deepEqual(await take(single, contentType), expected);
        },
      ),
      { seed: runSeed, numRuns: 400 },
    );
  });

  test('of an array are what JSON.parse finds in it', async () => {
    const things = fc.array(fc.record({ Name: fc.string({ maxLength: 20 }), Size: fc.integer({ min: 0, max: 99 }) }));
    await fc.assert(
      fc.asyncProperty(things, fc.constantFrom(0, 2), async (all, blanks) => {
        const expected = all.map(({ Name, Size }) => `${Name}/${Size}`);
        assert.deepEqual(await whole(JSON.stringify(all, null, blanks)), { form: 'array', items: expected });
        const lines = all.map((thing) => JSON.stringify(thing)).join('\n');
        assert.deepEqual(await whole(lines, LINES), { form: 'lines', items: expected });
      }),
      { seed: runSeed, numRuns: 200 },
    );
  });

  test('come in the form that the Content-Type says, or the first byte', async () => {
    assert.equal((await whole('[]')).form, 'array');
    assert.equal((await whole('\n {"Name":"a"}')).form, 'lines');
    assert.equal((await whole('', LINES)).form, 'lines');
    assert.equal((await whole('[]', LINES)).form, 'lines');
    assert.equal((await whole('')).form, '400 bad: EOF');
    assert.equal((await whole(' \n')).form, '400 bad: EOF');
    assert.equal((await whole('null')).form, "400 bad: invalid character 'n' looking for beginning of value");
    assert.equal((await take([], '', true)).form, '400 bad: unexpected EOF');
  });

  test('that are wrong spoil no other', async () => {
    const unknown = 'bad: json: unknown field "x"';
    const cut = 'bad: unexpected end of JSON input';
    assert.deepEqual(await whole('{"Name":"a"}\n\n  \n{"x":1}\n{"Name":\n{"Name":"b"}', LINES), {
      form: 'lines',
      items: ['a/0', unknown, cut, 'b/0'],
    });
    assert.deepEqual(await whole('[{"Name":"a"},{"x":1},{"Name":"]"},nul,{"Name":"b"} ] rest'), {
      form: 'array',
      items: ['a/0', unknown, ']/0', "bad: invalid character ',' in literal null (expecting 'l')", 'b/0'],
    });
    assert.deepEqual((await whole('{"Name":"a"}{"Name":"b"}\n')).items, [
      "bad: invalid character '{' after top-level value",
    ]);
  });

  test('that are wrong are refused for the character that Go would meet there', async () => {
    const begin = 'looking for beginning of value';
    const refusals: readonly (readonly [body: string, ...errors: string[]])[] = [
      ['[{"Name":"a"} x,{"Name":"b"}]', "invalid character 'x' after array element"],
      ['[{"Name":"a"},tru]', "invalid character ']' in literal true (expecting 'e')"],
      ['[-,1]', "invalid character ',' in numeric literal"],
      ['[{"Name":é}]', `invalid character 'Ã' ${begin}`],
      ['[}é]', `invalid character '}' ${begin}`],
    ];
    for (const [text, error] of refusals) assert.ok((await whole(text)).items.includes(`bad: ${error}`), text);
    assert.equal((await whole('é')).form, `400 bad: invalid character 'Ã' ${begin}`);
    assert.equal((await whole('\u0000[')).form, `400 bad: invalid character '\\x00' ${begin}`);
    assert.equal((await whole("'")).form, `400 bad: invalid character '\\'' ${begin}`);
    assert.deepEqual((await whole('{"Name":"a"} x\n')).items, ["bad: invalid character 'x' after top-level value"]);
  });

  test('cost one of them alone where an error of ours is met', async () => {
    const broken = { ...KIND, read: (): never => assert.fail('a bug') };
    const surprises: unknown[] = [];
    const hear = (error: unknown): void => void surprises.push(error);
    process.prependListener('uncaughtException', hear);
    const others = process.listeners('uncaughtException').filter((listener) => listener !== hear);
    for (const other of others) process.off('uncaughtException', other);
    try {
      async function* arriving(): AsyncGenerator<Uint8Array, void> {
        yield Buffer.from('[{"Name":"a"},nul]');
      }
      const stream = new ItemStream(broken, RULES, arriving(), '');
      assert.equal(await stream.form(), 'array');
      assert.deepEqual(
        [...((await stream.next()) ?? [])],
        [
          { ok: false, error: null },
          { ok: false, error: "bad: invalid character ']' in literal null (expecting 'l')" },
        ],
      );
      await waitFor(() => surprises.length > 0, 'the bug to be told');
    } finally {
      process.off('uncaughtException', hear);
      for (const other of others) process.on('uncaughtException', other as (error: Error) => void);
    }
  });

  test('that are too long are left out, in their place', async () => {
    const long = JSON.stringify({ Name: 'x'.repeat(5_000) });
    const tooLong = 'Item too large, max size: 200 bytes';
    for (const text of [`[{"Name":"a"},${long},{"Name":"b"}]`, `{"Name":"a"}\n${long}\n{"Name":"b"}`]) {
      assert.deepEqual((await whole(text)).items, ['a/0', tooLong, 'b/0']);
      assert.deepEqual((await take(cutAt(Buffer.from(text), [50, 100, 4_000]))).items, ['a/0', tooLong, 'b/0']);
    }
  });

  test('end where an array is no longer one', async () => {
    const begin = 'looking for beginning of value';
    assert.deepEqual((await whole('[{"Name":"a"},]')).items, ['a/0', `bad: invalid character ']' ${begin}`]);
    assert.deepEqual((await whole('[,{"Name":"a"}]')).items, [`bad: invalid character ',' ${begin}`]);
    assert.deepEqual((await whole('[1}{"Name":"a"}]')).items, ["bad: invalid character '}' after array element"]);
    assert.deepEqual((await whole('[{"Name":"a"},{"Name":')).items, ['a/0', 'bad: unexpected EOF']);
    assert.deepEqual((await whole('[{"Name":"a"}')).items, ['bad: unexpected EOF']);
  });

  test('of a body that is cut are the whole ones, and the last word says so', async () => {
    const text = '{"Name":"a"}\n{"Name":"b"}\n{"Name":"c"}';
    const end = 'bad: unexpected EOF';
    assert.deepEqual((await take([Buffer.from(text)], '', true)).items, ['a/0', 'b/0', end]);
    assert.deepEqual((await take([Buffer.from('[{"Name":"a"},{"Name":"b"}')], '', true)).items, ['a/0', end]);
  });
});
