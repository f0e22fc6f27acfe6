// What stands between `${` and `}` in a template's texts: read as it was written, refused with the place where it is wrong.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: a query template's own placeholders

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Part, readInterpolation } from '../../../../../../src/workers/state/replica/templates/interpolation.js';
import { runSeed } from '../../../../../random.js';

/** Neighbouring texts as one: how they were cut means nothing. */
function joined(parts: readonly Part[]): Part[] {
  const out: Part[] = [];
  for (const part of parts) {
    const last = out.at(-1);
    if (typeof part === 'string' && typeof last === 'string') out[out.length - 1] = last + part;
    else if (part !== '') out.push(part);
  }
  return out;
}

function read(text: string): Part[] | string {
  const result = readInterpolation(text);
  return result.ok ? joined(result.parts) : result.error;
}

const full: Part = { variable: 'name.full' };

test('variables, groups, numbers and quoted texts, with any blanks', () => {
  assert.deepEqual(read(''), []);
  assert.deepEqual(read('plain $ { } $x "quoted" \\n'), ['plain $ { } $x "quoted" \\n']);
  assert.deepEqual(read('a-${name.full}-b'), ['a-', full, '-b']);
  assert.deepEqual(read('${ name.prefix }${\tname.suffix\n}${agent.segment}'), [
    { variable: 'name.prefix' },
    { variable: 'name.suffix' },
    { variable: 'agent.segment' },
  ]);
  assert.deepEqual(read('${match(0)}${ match ( 12 ) }'), [{ group: 0 }, { group: 12 }]);
  assert.deepEqual(read('${42}${""}'), ['42']);
  assert.deepEqual(read('${"a \\"b\\" \\\\ \\n } ${name.full}"}'), ['a "b" \\ \n } ', full]);
});

test('two dollars stand for the text itself', () => {
  assert.deepEqual(read('$${name.full}'), ['${name.full}']);
  assert.deepEqual(read('$$${name.full}'), ['$${name.full}']);
  assert.deepEqual(read('${"$${x}"}'), ['${x}']);
});

test('what can be no template says where and why', () => {
  const wrong: readonly (readonly [string, string])[] = [
    ['${', 'at character 3: expected "}"'],
    ['a${name.full', 'at character 13: expected "}"'],
    ['${}', 'at character 3: expected a variable, match(N), a number or a text in quotes'],
    ['${name}', 'at character 7: unknown variable accessed: name'],
    ['${name.ful}', 'at character 11: unknown variable accessed: name.ful'],
    ['${upper(name.full)}', 'at character 9: unknown function called: upper'],
    ['${match(x)}', 'at character 9: match: expected one whole number'],
    ['${match(1, 2)}', 'at character 10: match: expected one whole number'],
    ['${match(-1)}', 'at character 9: match: expected one whole number'],
    ['${match(1)', 'at character 11: expected "}"'],
    ['${match}', 'at character 8: unknown variable accessed: match'],
    ['${"abc}', 'at character 8: expected closing quote'],
    ['${"\\q"}', 'at character 6: invalid escape "\\q"'],
    ['${name.full name.full}', 'at character 13: expected "}"'],
    ['${1.5}', 'at character 4: expected "}"'],
  ];
  for (const [text, error] of wrong) assert.equal(read(text), error, text);
  assert.equal(read('${"'.repeat(100)), 'at character 54: interpolations nest too deeply');
});

/** Parts with a text that stands for them. */
const written: fc.Arbitrary<readonly [string, Part]> = fc.oneof(
  fc.string({ unit: 'binary' }).map((text): readonly [string, Part] => [text.replaceAll('${', '$${'), text]),
  fc
    .constantFrom('name.full', 'name.prefix', 'name.suffix', 'agent.segment')
    .chain((variable) =>
      fc
        .constantFrom('', ' ', '\t ')
        .map((blank): readonly [string, Part] => [`\${${blank}${variable}${blank}}`, { variable } as Part]),
    ),
  fc.nat().map((group): readonly [string, Part] => [`\${match(${group})}`, { group }]),
  fc
    .string({ unit: 'binary' })
    .map((text): readonly [string, Part] => [
      `\${"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('${', '$${')}"}`,
      text,
    ]),
);

test('what was written is read again', () => {
  fc.assert(
    fc.property(fc.array(written), (all) => {
      // A dollar at the end of one would belong to the next.
      const texts = all.filter(([text]) => !text.endsWith('$'));
      const text = texts.map(([one]) => one).join('');
      assert.deepEqual(read(text), joined(texts.map(([, part]) => part)), text);
    }),
    { seed: runSeed, numRuns: 500 },
  );
});

test('anything is read or refused, in time that grows with it and no faster', () => {
  const piece = fc.constantFrom(
    '${',
    '}',
    '"',
    '\\',
    '$',
    '(',
    ')',
    'match',
    'name.full',
    '1',
    ' ',
    'x',
    '$${',
    '\u{1f600}',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      const result = readInterpolation(pieces.join(''));
      if (result.ok) assert.ok(result.parts.length <= pieces.join('').length);
      else assert.match(result.error, /^at character \d+: /);
    }),
    { seed: runSeed, numRuns: 2000 },
  );
  for (const long of ['${"'.repeat(200_000), '$'.repeat(1_000_000), '${1}'.repeat(200_000)]) readInterpolation(long);
});
