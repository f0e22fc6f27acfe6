// Keys that an issuer publishes, over real sockets: a set of them, or a discovery document that leads to one. They are fetched
// once, again for a key that is new, and never because of what a stranger sends.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { Dynamic } from '../../../../../../src/gotext/dynamic.js';
import { JwtVerifier } from '../../../../../../src/workers/state/acl/auth-methods/verify-jwt.js';
import { temporaryDirectory } from '../../../../../temporary.js';
import { CLAIMS, jwtConfig, NOW_MS, type Pair, rsaPair, rsaToken, type Values } from './signer.js';

type Pages = Map<string, (response: http.ServerResponse) => void>;

class Issuer {
  readonly pages: Pages = new Map();
  readonly asked: string[] = [];
  url = '';

  readonly answer = (request: http.IncomingMessage, response: http.ServerResponse): void => {
    this.asked.push(request.url ?? '');
    const page = this.pages.get(request.url ?? '');
    if (page === undefined) response.writeHead(404).end();
    else page(response);
  };

  async start(context: TestContext, server: http.Server | https.Server, scheme: string): Promise<void> {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.url = `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`;
    context.after(() => {
      server.closeAllConnections();
      server.close();
    });
  }
}

async function issuer(context: TestContext): Promise<Issuer> {
  const made = new Issuer();
  await made.start(context, http.createServer(made.answer), 'http');
  return made;
}

function json(value: unknown): (response: http.ServerResponse) => void {
  return (response) => response.end(JSON.stringify(value));
}

function jwk(pair: Pair, fields: Values): Values {
  return { ...pair.publicKey.export({ format: 'jwk' }), ...fields };
}

async function problemOf(verifier: JwtVerifier, bearer: string): Promise<string> {
  const result = await verifier.verify(bearer, NOW_MS);
  return result.ok ? '' : result.error;
}

function verifierOf(config: { readonly [name: string]: Dynamic }): JwtVerifier {
  return new JwtVerifier(jwtConfig(config));
}

const one = rsaPair();
const other = rsaPair();
const UNSIGNED = 'no known key successfully validated the token signature';

describe('a published set of keys', () => {
  it('is fetched once for all that log in', async (context) => {
    const { url, pages, asked } = await issuer(context);
    pages.set('/keys', json({ keys: [jwk(other, { kid: 'b' }), jwk(one, { kid: 'a' })] }));
    const verifier = verifierOf({ JWKSURL: `${url}/keys` });
    const bearer = rsaToken(one, CLAIMS, { kid: 'a' });
    assert.deepEqual(await Promise.all([1, 2, 3].map(() => problemOf(verifier, bearer))), ['', '', '']);
    assert.equal(await problemOf(verifier, bearer), '');
    assert.deepEqual(asked, ['/keys']);
  });

  it('is tried key by key where the token names none', async (context) => {
    const { url, pages } = await issuer(context);
    pages.set('/keys', json({ keys: [jwk(other, {}), jwk(one, { kid: 'a' })] }));
    const verifier = verifierOf({ JWKSURL: `${url}/keys` });
    assert.equal(await problemOf(verifier, rsaToken(one, CLAIMS)), '');
    assert.equal(await problemOf(verifier, rsaToken(rsaPair(), CLAIMS)), UNSIGNED);
  });

  it('is not tried beyond a hundred keys', async (context) => {
    const { url, pages } = await issuer(context);
    const keys = [...Array(100).keys()].map((number) => jwk(other, { kid: String(number) }));
    pages.set('/keys', json({ keys: [...keys, jwk(one, { kid: 'a' })] }));
    const verifier = verifierOf({ JWKSURL: `${url}/keys` });
    assert.equal(await problemOf(verifier, rsaToken(one, CLAIMS)), UNSIGNED);
    assert.equal(await problemOf(verifier, rsaToken(one, CLAIMS, { kid: 'a' })), '');
  });

  it("is not taken for another's: the name of a key is no proof", async (context) => {
    const { url, pages } = await issuer(context);
    pages.set('/keys', json({ keys: [jwk(one, { kid: 'a' }), jwk(other, { kid: 'b' })] }));
    assert.equal(
      await problemOf(verifierOf({ JWKSURL: `${url}/keys` }), rsaToken(one, CLAIMS, { kid: 'b' })),
      UNSIGNED,
    );
  });

  it('is not fetched again for each unknown key, nor for what is no token', async (context) => {
    const { url, pages, asked } = await issuer(context);
    pages.set('/keys', json({ keys: [jwk(one, { kid: 'a' })] }));
    const verifier = verifierOf({ JWKSURL: `${url}/keys` });
    assert.match(await problemOf(verifier, 'a.b.c'), /header is not valid$/);
    assert.deepEqual(asked, []);
    for (const kid of ['x', 'y', 'z'])
      assert.equal(await problemOf(verifier, rsaToken(other, CLAIMS, { kid })), UNSIGNED);
    assert.deepEqual(asked, ['/keys']);
  });

  it('may not be somewhere else, too long, or none at all', async (context) => {
    const { url, pages, asked } = await issuer(context);
    const bearer = rsaToken(one, CLAIMS, { kid: 'a' });
    const failed = async (page: string) => problemOf(verifierOf({ JWKSURL: `${url}${page}` }), bearer);
    pages.set('/moved', (response) => response.writeHead(302, { Location: `${url}/keys` }).end());
    pages.set('/long', (response) => response.end(JSON.stringify({ keys: [], padding: 'x'.repeat(600_000) })));
    pages.set('/list', json([]));
    pages.set('/text', (response) => response.end('<html>'));
    pages.set('/odd', json({ keys: [{ kty: 'RSA', kid: 'a', n: '!', e: 'AQAB' }] }));
    assert.equal(await failed('/moved'), `error fetching keys: GET ${url}/moved: unexpected status 302`);
    assert.equal(await failed('/long'), `error fetching keys: GET ${url}/long: the answer has more than 524288 bytes`);
    assert.match(await failed('/list'), /^error fetching keys: /);
    assert.match(await failed('/text'), /^error fetching keys: /);
    assert.notEqual(await failed('/odd'), '');
    assert.match(await failed('/none'), /unexpected status 404$/);
    assert.equal(asked.includes('/keys'), false);
  });

  it('is waited for five seconds', { timeout: 20_000 }, async (context) => {
    const { url, pages } = await issuer(context);
    pages.set('/keys', () => {});
    assert.match(
      await problemOf(verifierOf({ JWKSURL: `${url}/keys` }), rsaToken(one, CLAIMS)),
      /^error fetching keys: /,
    );
  });

  it('comes from whom the configured certificate vouches for', async (context) => {
    const folder = temporaryDirectory(context);
    const [key, certificate] = [path.join(folder, 'key.pem'), path.join(folder, 'certificate.pem')];
    const subject = ['-subj', '/CN=issuer', '-addext', 'subjectAltName=IP:127.0.0.1'];
    execFileSync(
      'openssl',
      ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', certificate, ...subject],
      { stdio: 'ignore' },
    );
    const pem = fs.readFileSync(certificate, 'utf8');
    const secure = new Issuer();
    await secure.start(context, https.createServer({ key: fs.readFileSync(key), cert: pem }, secure.answer), 'https');
    secure.pages.set('/keys', json({ keys: [jwk(one, { kid: 'a' })] }));
    const bearer = rsaToken(one, CLAIMS, { kid: 'a' });
    assert.equal(await problemOf(verifierOf({ JWKSURL: `${secure.url}/keys`, JWKSCACert: pem }), bearer), '');
    assert.match(await problemOf(verifierOf({ JWKSURL: `${secure.url}/keys` }), bearer), /self-signed certificate/);
  });
});

describe('a discovery document', () => {
  async function provider(context: TestContext, document: (url: string) => unknown): Promise<Issuer> {
    const made = await issuer(context);
    made.pages.set('/.well-known/openid-configuration', json(document(made.url)));
    made.pages.set('/keys', json({ keys: [jwk(one, { kid: 'a' })] }));
    return made;
  }

  it('says whose tokens are taken and where their keys are', async (context) => {
    const { url, asked } = await provider(context, (issuer) => ({ issuer, jwks_uri: `${issuer}/keys` }));
    const verifier = verifierOf({ OIDCDiscoveryURL: url, BoundIssuer: '' });
    assert.equal(await problemOf(verifier, rsaToken(one, { ...CLAIMS, iss: url })), '');
    assert.match(await problemOf(verifier, rsaToken(one, CLAIMS)), /invalid issuer claim \(iss\)$/);
    assert.deepEqual(asked, ['/.well-known/openid-configuration', '/keys']);
  });

  it('of somebody else is refused, and looked at again', async (context) => {
    const made = await provider(context, () => ({ issuer: 'https://elsewhere', jwks_uri: 'https://elsewhere/keys' }));
    const { url, pages } = made;
    const verifier = verifierOf({ OIDCDiscoveryURL: url, BoundIssuer: '' });
    const bearer = rsaToken(one, { ...CLAIMS, iss: url });
    assert.match(await problemOf(verifier, bearer), /expected "http:.*" got "https:\/\/elsewhere"$/);
    pages.set('/.well-known/openid-configuration', json({ issuer: url, jwks_uri: 'file:///etc/passwd' }));
    assert.match(await problemOf(verifier, bearer), /'jwks_uri' has to begin with https/);
    pages.set('/.well-known/openid-configuration', json({ issuer: url, jwks_uri: `${url}/keys` }));
    assert.equal(await problemOf(verifier, bearer), '');
  });
});
