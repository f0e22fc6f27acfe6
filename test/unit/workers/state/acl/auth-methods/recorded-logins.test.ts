// The configurations and bearer tokens of the recorded logins (conformance/http/scenarios/acl/acl-jwt-login.json): each is taken
// or refused as it was, in the same words.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { parseDuration } from '../../../../../../src/gotext/duration.js';
import type { Dynamic } from '../../../../../../src/gotext/dynamic.js';
import { parseAuthMethod, vocabularyOf } from '../../../../../../src/workers/state/acl/auth-methods/auth-method.js';
import { JwtVerifier } from '../../../../../../src/workers/state/acl/auth-methods/verify-jwt.js';
import { bindingRuleProblem } from '../../../../../../src/workers/state/acl/binding/binding-rules.js';
import { repositoryRoot } from '../../../../../data.js';

interface Step {
  readonly method: string;
  readonly path: string;
  readonly json?: { readonly [name: string]: unknown };
  readonly expect: { readonly status: number; readonly text?: string };
}

const SCENARIO = path.join(repositoryRoot, 'test/conformance/http/scenarios/acl/acl-jwt-login.json');
const { steps } = JSON.parse(fs.readFileSync(SCENARIO, 'utf8')) as { readonly steps: readonly Step[] };
const NOW_MS = Date.UTC(2026, 0, 1);

/** What was sent to a path that begins like this, with what was answered. */
function sent(
  method: string,
  beginning: string,
): readonly (readonly [{ readonly [name: string]: unknown }, Step['expect']])[] {
  return steps.flatMap((step) =>
    step.method === method && step.path.startsWith(beginning) && step.json !== undefined
      ? [[step.json, step.expect] as const]
      : [],
  );
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function parse(json: { readonly [name: string]: unknown }): ReturnType<typeof parseAuthMethod> {
  const ttl = parseDuration(textOf(json['MaxTokenTTL']));
  return parseAuthMethod({
    Name: textOf(json['Name']),
    Type: textOf(json['Type']),
    MaxTokenTTL: ttl.ok ? ttl.ns : 0,
    TokenLocality: textOf(json['TokenLocality']),
    Config: (json['Config'] ?? null) as { readonly [key: string]: Dynamic } | null,
  });
}

const parsed = parse(sent('PUT', '/v1/acl/auth-method')[0]?.[0] ?? {});
assert.ok(parsed.ok && parsed.value.type === 'jwt');
const config = parsed.value;
const verifier = new JwtVerifier(config.jwt);

describe('recorded auth methods', () => {
  for (const [json, expected] of sent('PUT', '/v1/acl/auth-method')) {
    const known = expected.text ?? '';
    if (known !== '' && !/^Invalid Auth Method|^MaxTokenTTL/.test(known)) continue;
    it(known === '' ? `takes ${JSON.stringify(json['MaxTokenTTL'] ?? 'one without an end')}` : known, () => {
      const result = parse(json);
      assert.equal(result.ok ? '' : result.error, known);
    });
  }
});

describe('recorded bearer tokens', () => {
  const logins = sent('POST', '/v1/acl/login').filter(([json]) => json['AuthMethod'] === 'g-jwt');

  for (const [index, [json, expected]] of logins.entries()) {
    it(`${index}: ${expected.text ?? 'is taken'}`, async () => {
      const result = await verifier.verify(textOf(json['BearerToken']), NOW_MS);
      if (expected.status === 500) assert.deepEqual(result, { ok: false, error: expected.text });
      else assert.ok(result.ok);
    });
  }

  it('become what the method maps their claims to', async () => {
    const result = await verifier.verify(textOf(logins[0]?.[0]['BearerToken']), NOW_MS);
    assert.ok(result.ok);
    assert.deepEqual(result.value.item, {
      value: { team: 'platform', role: 'writer' },
      list: { groups: ['eng', 'ops'] },
    });
    assert.deepEqual([...result.value.variables].sort(), [
      ['value.role', 'writer'],
      ['value.team', 'platform'],
    ]);
  });
});

describe('recorded binding rules', () => {
  for (const [json, expected] of sent('PUT', '/v1/acl/binding-rule')) {
    const known = expected.text ?? '';
    if (known !== '' && !/^[iI]nvalid Binding Rule/.test(known)) continue;
    it(known === '' ? `takes ${JSON.stringify(json['BindName'])}` : known, () => {
      const rule = {
        BindType: textOf(json['BindType']),
        BindName: textOf(json['BindName']),
        Selector: textOf(json['Selector']),
        BindVars: null,
      };
      const problem = bindingRuleProblem(rule, vocabularyOf(config)) ?? '';
      // The list of what the filter language would take is not in the recording.
      const hidden = known.endsWith('<string>')
        ? problem.replace(/(?<=no match found, expected: ).*$/, '<string>')
        : problem;
      assert.equal(hidden, known);
    });
  }
});
