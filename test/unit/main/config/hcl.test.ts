// The HCL parser: its syntax, its errors, and that any JSON-like value comes back from its HCL text.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { parseHcl } from '../../../../src/hcl/parse.js';

function parsed(text: string): unknown {
  const result = parseHcl(text);
  assert.ok(result.ok, result.ok ? '' : result.error);
  return result.value;
}

function refused(text: string): string {
  const result = parseHcl(text);
  assert.ok(!result.ok);
  return result.error;
}

describe('HCL', () => {
  test('comments, numbers, lists, heredocs', () => {
    const text = `# one
      // two
      /* three
         lines */
      a = 1  b = -2.5  c = 0x1F  d = [1, "x", true,]
      e = <<EOT
 x
y
EOT
      f = "tab\\t\\u00e9 \${var.name}"
    `;
    assert.deepEqual(parsed(text), {
      a: 1,
      b: -2.5,
      c: 31,
      d: [1, 'x', true],
      e: ' x\ny\n',
      f: `tab\té ${'$'}{var.name}`,
    });
  });

  test('blocks are lists of objects, labels are keys', () => {
    assert.deepEqual(parsed('a { x = 1 }\na { x = 2 }'), { a: [{ x: 1 }, { x: 2 }] });
    assert.deepEqual(parsed('a "b" "c" { x = 1 }'), { a: [{ b: [{ c: [{ x: 1 }] }] }] });
    assert.deepEqual(parsed('a = { x = 1, y = 2 }'), { a: [{ x: 1, y: 2 }] });
  });

  test('errors say where', () => {
    assert.equal(refused('a = "x\n'), 'At 1:7: literal not terminated');
    assert.match(refused('a = = 1'), /^At 1:5: /);
    assert.match(refused('a { b = 1'), /object expected closing RBRACE got: EOF/);
    assert.match(refused('a = [1 2]'), /expected comma or list end/);
    assert.match(refused('a = <<EOT\nx\n'), /heredoc not terminated/);
    assert.match(refused('/* open'), /comment not terminated/);
  });

  test('half a character stands for U+FFFD', () => {
    assert.deepEqual(parsed('a = "x\\ud800y\\udfff\\U0000DC80"'), { a: 'x\ufffdy\ufffd\ufffd' });
  });

  test('nesting has a limit, not a stack overflow', () => {
    assert.match(refused(`a = ${'['.repeat(5000)}`), /nested too deeply/);
  });

  test('any text ends in a value or an error', () => {
    const words = fc.constantFrom(
      'a',
      '=',
      '{',
      '}',
      '[',
      ']',
      ',',
      '"',
      '"x"',
      '1',
      '\n',
      '<<E',
      'E',
      '#',
      '/*',
      '${',
    );
    fc.assert(
      fc.property(fc.array(words, { maxLength: 30, size: 'max' }), (parts) => {
        const result = parseHcl(parts.join(' '));
        assert.equal(typeof result.ok, 'boolean');
      }),
    );
  });

  test('strings survive quoting', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 20, size: 'max' }), (text) => {
        fc.pre(!text.includes('${'));
        const escaped = JSON.stringify(text).replaceAll('\\/', '/');
        assert.deepEqual(parsed(`a = ${escaped}`), { a: text });
      }),
    );
  });
});
