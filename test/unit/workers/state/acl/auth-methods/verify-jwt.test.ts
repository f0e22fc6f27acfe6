// Bearer tokens against keys of the configuration: what is forged, out of time, too large or of another kind is refused.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Dynamic } from '../../../../../../src/gotext/dynamic.js';
import { JwtVerifier } from '../../../../../../src/workers/state/acl/auth-methods/verify-jwt.js';
import {
  CLAIMS,
  ecPair,
  es256,
  hs256,
  jwtConfig,
  NOW_MS,
  NOW_S,
  rs256,
  rsaPair,
  rsaToken,
  token,
  type Values,
} from './signer.js';

const pair = rsaPair();
const stranger = rsaPair();
const curve = ecPair();

function verifier(config: { readonly [name: string]: Dynamic } = {}): JwtVerifier {
  return new JwtVerifier(jwtConfig({ JWTValidationPubKeys: [pair.pem], ...config }));
}

async function problem(bearer: string, config: { readonly [name: string]: Dynamic } = {}): Promise<string> {
  const result = await verifier(config).verify(bearer, NOW_MS);
  return result.ok ? '' : result.error;
}

function problemOf(claims: Values, config: { readonly [name: string]: Dynamic } = {}): Promise<string> {
  return problem(rsaToken(pair, claims), config);
}

const UNSIGNED = 'no known key successfully validated the token signature';
const VALIDATION = 'error validating claims: go-jose/go-jose/jwt: validation failed,';

describe('a signature', () => {
  it('of the key is taken, of another key not', async () => {
    assert.equal(await problemOf(CLAIMS), '');
    assert.equal(await problem(rsaToken(stranger, CLAIMS)), UNSIGNED);
  });

  it('of any of several keys is taken, whatever types they have', async () => {
    const config = { JWTValidationPubKeys: [curve.pem, stranger.pem, pair.pem], JWTSupportedAlgs: ['ES256', 'RS256'] };
    assert.equal(await problemOf(CLAIMS, config), '');
    assert.equal(await problem(token({ alg: 'ES256' }, CLAIMS, es256(curve.privateKey)), config), '');
  });

  it('by none or by a shared secret is refused before a key is looked at', async () => {
    const expected = 'expected ["RS256"]';
    const refused = (name: string) =>
      `error parsing token: go-jose/go-jose: unexpected signature algorithm ${name}; ${expected}`;
    assert.equal(await problem(token({ alg: 'none' }, CLAIMS, () => Buffer.alloc(0))), refused('"none"'));
    assert.equal(await problem(token({ alg: 'nOnE' }, CLAIMS, () => Buffer.alloc(0))), refused('"nOnE"'));
    // The public key as a secret: whoever knows it could sign.
    assert.equal(await problem(token({ alg: 'HS256' }, CLAIMS, hs256(pair.pem))), refused('"HS256"'));
    assert.equal(await problem(token({ alg: 'ES256' }, CLAIMS, es256(curve.privateKey))), refused('"ES256"'));
    assert.equal(await problem(token({ alg: 7 }, CLAIMS, rs256(pair.privateKey))), refused('without a name'));
    assert.equal(await problem(token({}, CLAIMS, rs256(pair.privateKey))), refused('without a name'));
  });

  it('under an algorithm that is not its own is refused', async () => {
    const both = { JWTSupportedAlgs: ['PS256', 'RS256', 'ES256'] };
    assert.equal(await problem(token({ alg: 'PS256' }, CLAIMS, rs256(pair.privateKey)), both), UNSIGNED);
    assert.equal(await problem(token({ alg: 'ES256' }, CLAIMS, rs256(pair.privateKey)), both), UNSIGNED);
  });

  it('does not come from keys that the token brings along', async () => {
    const jwk = stranger.publicKey.export({ format: 'jwk' });
    assert.equal(await problem(rsaToken(stranger, CLAIMS, { jwk, jku: 'http://127.0.0.1:1/', kid: '../x' })), UNSIGNED);
  });

  it('with an extension that nobody here understands is refused', async () => {
    const refused = 'error parsing token: go-jose/go-jose: the header names extensions that are not supported';
    assert.equal(await problem(rsaToken(pair, CLAIMS, { crit: ['b64'], b64: false })), refused);
    assert.equal(await problem(rsaToken(pair, CLAIMS, { crit: ['exp'], exp: 1 })), refused);
  });
});

describe('a text that is no token', () => {
  it('is refused for what it is', async () => {
    const header = 'error parsing token: go-jose/go-jose: the protected header is not valid';
    assert.equal(await problem(''), 'missing jwt');
    assert.equal(
      await problem('a.b'),
      'error parsing token: go-jose/go-jose: compact JWS format must have three parts',
    );
    assert.equal(await problem('a.b.c'), header);
    assert.equal(await problem('\ud800.\ud800.\ud800'), header);
    assert.equal(await problem('..'), header);
    assert.equal(await problem('x'.repeat(65_537)), 'error parsing token: it has more than 65536 characters');
  });

  it('never throws, whatever it is', async () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.base64String());
    await fc.assert(
      fc.asyncProperty(text, text, text, async (header, claims, signature) => {
        assert.notEqual(await problem(`${header}.${claims}.${signature}`), '');
      }),
    );
  });

  it('is refused where its signed claims are no object', async () => {
    const signed = (claims: string) => token({ alg: 'RS256' }, claims, rs256(pair.privateKey));
    assert.equal(await problem(signed('[]')), 'error parsing claims: they are no object');
    assert.equal(await problem(signed('null')), 'error parsing claims: they are no object');
    assert.match(await problem(signed('{')), /^error parsing claims: unexpected end of JSON input/);
    assert.match(await problem(signed('['.repeat(40_000))), /^error parsing claims: /);
  });
});

describe('the time of a token', () => {
  const at = (fields: Values) => ({ iss: 'us', aud: 'here', ...fields });
  const EXPIRED = `${VALIDATION} token is expired (exp)`;
  const EARLY = `${VALIDATION} token not valid yet (nbf)`;

  it('may be a minute beside the clock, unless told otherwise', async () => {
    assert.equal(await problemOf(at({ iat: NOW_S - 900, exp: NOW_S - 59 })), '');
    assert.equal(await problemOf(at({ iat: NOW_S - 900, exp: NOW_S - 61 })), EXPIRED);
    assert.equal(await problemOf(at({ nbf: NOW_S + 59, exp: NOW_S + 900 })), '');
    assert.equal(await problemOf(at({ nbf: NOW_S + 61, exp: NOW_S + 900 })), EARLY);
    assert.equal(await problemOf(at({ iat: NOW_S - 900, exp: NOW_S - 1 }), { ClockSkewLeeway: -1 }), EXPIRED);
    assert.equal(await problemOf(at({ iat: NOW_S - 900, exp: NOW_S - 299 }), { ClockSkewLeeway: '5m' }), '');
  });

  it('is refused when it was issued in the future', async () => {
    const claims = at({ iat: NOW_S + 120, nbf: NOW_S, exp: NOW_S + 900 });
    assert.equal(await problemOf(claims), `${VALIDATION} token issued in the future (iat)`);
  });

  it('has an end and a beginning of their own where it names none', async () => {
    assert.equal(await problemOf(at({ iat: NOW_S - 200 })), '');
    assert.equal(await problemOf(at({ iat: NOW_S - 211 })), EXPIRED);
    assert.equal(await problemOf(at({ iat: NOW_S - 211 }), { ExpirationLeeway: 600e9 }), '');
    assert.equal(await problemOf(at({ iat: NOW_S - 61 }), { ExpirationLeeway: '-1s' }), EXPIRED);
    assert.equal(await problemOf(at({ exp: NOW_S + 200 })), '');
    assert.equal(await problemOf(at({ exp: NOW_S + 211 })), EARLY);
    assert.equal(await problemOf(at({ exp: NOW_S + 211 }), { NotBeforeLeeway: '10m' }), '');
  });

  it('has to be there, and to be a number', async () => {
    assert.equal(await problemOf(at({})), 'no issue time, notbefore, or expiration time encoded in token');
    const wrong = 'error parsing claims: iat, nbf and exp have to be numbers';
    assert.equal(await problemOf(at({ exp: '4102444800' })), wrong);
    assert.equal(await problemOf(at({ exp: [NOW_S + 1] })), wrong);
  });
});

describe('whom a token is for', () => {
  const AUDIENCE = 'error validating claims: aud claim does not match any bound audience';

  it('is one of those that the method takes', async () => {
    assert.equal(await problemOf({ ...CLAIMS, aud: ['there', 'here'] }), '');
    assert.equal(await problemOf({ ...CLAIMS, aud: ['there'] }), AUDIENCE);
    assert.equal(await problemOf({ ...CLAIMS, aud: [] }), AUDIENCE);
    assert.equal(await problemOf({ ...CLAIMS, aud: undefined }), AUDIENCE);
    assert.match(await problemOf({ ...CLAIMS, aud: { here: 1 } }), /^error parsing claims: aud/);
    assert.match(await problemOf(CLAIMS, { BoundAudiences: [] }), /no audiences are bound$/);
  });

  it('and who made it, exactly', async () => {
    const issuer = `${VALIDATION} invalid issuer claim (iss)`;
    assert.equal(await problemOf({ ...CLAIMS, iss: 'US' }), issuer);
    assert.equal(await problemOf({ ...CLAIMS, iss: ['us'] }), issuer);
    assert.equal(await problemOf({ ...CLAIMS, iss: undefined }), issuer);
    assert.equal(await problemOf({ ...CLAIMS, iss: 'them' }, { BoundIssuer: '' }), '');
  });
});
