// The commands of `acl`, `login` and `logout` against an agent that denies what no rule allows.

import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type AgentProcess, startAgent } from '../../agent-process.js';
import { lictor, type Outcome } from './program.js';

const MANAGEMENT = '11111111-2222-3333-4444-555555555555';
const CONFIG = `acl {
  enabled = true
  default_policy = "deny"
  tokens { initial_management = "${MANAGEMENT}" }
}
`;

function said(stdout: string, name: string): string {
  return new RegExp(`^${name}: +(\\S+)`, 'm').exec(stdout)?.[1] ?? `no ${name} in: ${stdout}`;
}

describe('access control', { concurrency: false }, () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lictor-acl-'));
  let agent: AgentProcess;
  const as = (token: string, ...argv: readonly string[]): Promise<Outcome> => {
    const env = { CONSUL_HTTP_ADDR: `127.0.0.1:${agent.ports.http}`, CONSUL_HTTP_TOKEN: token };
    return lictor(argv, { env, cwd: folder });
  };
  /** As whoever may do everything; it must succeed. */
  const acl = async (...argv: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await as(MANAGEMENT, 'acl', ...argv);
    assert.deepEqual([code, stderr], [0, ''], argv.join(' '));
    return stdout;
  };
  const refused = async (...argv: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await as(MANAGEMENT, 'acl', ...argv);
    assert.deepEqual([code, stdout], [1, ''], argv.join(' '));
    return stderr;
  };
  const write = (name: string, text: string): void => fs.writeFileSync(path.join(folder, name), text);

  before(async () => {
    write('agent.hcl', CONFIG);
    agent = await startAgent({ args: ['-dev', `-config-file=${path.join(folder, 'agent.hcl')}`], token: MANAGEMENT });
  });
  after(async () => {
    await agent?.stop();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  it('a token may do what its policy says, found by a part of its accessor, and nothing once that is gone', async () => {
    await acl('policy', 'create', '-name=app', '-rules=key_prefix "app/" { policy = "write" }');
    const made = await acl('token', 'create', '-policy-name=app');
    const secret = said(made, 'SecretID');
    const part = said(made, 'AccessorID').slice(0, 13);
    assert.equal((await as(secret, 'kv', 'put', 'app/a', '1')).code, 0);
    assert.match((await as(secret, 'kv', 'put', 'b', '1')).stderr, /lacks permission 'key:write' on "b"/);
    assert.match(
      (await as('', 'kv', 'get', 'app/a')).stderr,
      /anonymous token lacks permission 'key:read' on "app\/a"/,
    );
    assert.match(await acl('token', 'update', `-accessor-id=${part}`, '-description=d'), /^ {3}\S+ - app$/m);
    const replaced = await acl('token', 'update', `-accessor-id=${part}`, '-policy-name=builtin/global-read-only');
    assert.doesNotMatch(replaced, / - app$/m);
    assert.match((await as(secret, 'kv', 'put', 'app/a', '2')).stderr, /lacks permission/);
    const merged = await acl('token', 'update', `-accessor-id=${part}`, '-policy-name=app', '-merge-policies');
    assert.match(merged, / - builtin\/global-read-only\n.* - app\n/);
    assert.match(
      await refused('token', 'update', `-accessor-id=${part}`, '-policy-name=app', '-append-policy-name=app'),
      /^Cannot both replace and append Policies\n$/,
    );
    assert.match(await acl('token', 'delete', `-accessor-id=${part}`), /^Token "\S+" deleted successfully\n$/);
    assert.match((await as(secret, 'kv', 'get', 'app/a')).stderr, /403 \(ACL not found\)/);
  });

  it('a role collects what is given, and begins anew with -no-merge', async () => {
    const id = said(await acl('role', 'create', '-name=r', '-service-identity=web:dc1,dc2', '-description=d'), 'ID');
    await acl(
      'role',
      'update',
      '-name=r',
      '-node-identity=n1:dc1',
      '-templated-policy=builtin/service',
      '-var=name:api',
    );
    await acl('role', 'update', '-name=r', '-node-identity=n1:dc1', '-policy-name=builtin/global-read-only');
    assert.equal(
      await acl('role', 'read', `-id=${id.slice(0, 9)}`),
      `ID:           ${id}\nName:         r\nDescription:  d\n` +
        'Policies:\n   00000000-0000-0000-0000-000000000002 - builtin/global-read-only\n' +
        'Service Identities:\n   web (Datacenters: dc1, dc2)\nNode Identities:\n   n1 (Datacenter: dc1)\n' +
        'Templated Policies:\n   builtin/service\n      Name: api\n      Datacenters: all\n',
    );
    const expanded = await acl(
      ...['token', 'read', '-expanded', '-accessor-id'],
      said(await acl('token', 'create', '-role-id', id.slice(0, 9)), 'AccessorID'),
    );
    assert.match(expanded, /^\tRole Name: r$.*^\t\t\t\tRules:$.*^\t\tservice "web" \{$/ms);
    const renamed = await acl('role', 'update', `-id=${id}`, '-name=s', '-no-merge');
    assert.equal(renamed, `ID:           ${id}\nName:         s\nDescription:\n`);
    assert.equal(await refused('role', 'read', '-name=r'), 'Error role not found: r\n');
    assert.match(await refused('role', 'create', '-name=t', '-service-identity=a:b:c'), /^Malformed -service-identity/);
  });

  it('templated policies come from files, in HCL and JSON', async () => {
    write('t.hcl', 'TemplatedPolicy "builtin/service" { Name = "web" }\nTemplatedPolicy "builtin/dns" {}\n');
    write('t.json', '{"builtin/node":{"Name":"n9","Datacenters":["dc1"]}}');
    write('bad.hcl', 'TemplatedPolicy "builtin/service" { Nam = "web" }\n');
    const grants = (stdout: string): string => stdout.slice(stdout.indexOf('Templated Policies:'));
    assert.equal(
      grants(await acl('token', 'create', '-templated-policy-file=t.hcl')),
      'Templated Policies:\n   builtin/service\n      Name: web\n      Datacenters: all\n   builtin/dns\n      Datacenters: all\n',
    );
    assert.equal(
      grants(await acl('token', 'create', '-templated-policy-file=t.json')),
      'Templated Policies:\n   builtin/node\n      Name: n9\n      Datacenters: dc1\n',
    );
    assert.match(await refused('token', 'create', '-templated-policy-file=bad.hcl'), /"Nam" is none of its fields/);
    assert.match(await acl('templated-policy', 'preview', '-file=t.json'), /^node "n9" \{$/m);
    assert.match(await acl('templated-policy', 'list'), /^builtin\/dns$/m);
  });

  it("a login is worth what the binding rules say, until the logout; the secret's file is its owner's alone", async () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const iat = Math.floor(Date.now() / 1000);
    const signed = `${part({ alg: 'RS256' })}.${part({ iss: 'ci', aud: 'lictor', iat, exp: iat + 600, team: 'web' })}`;
    write('bearer', `${signed}.${sign('RSA-SHA256', Buffer.from(signed), privateKey).toString('base64url')}\n`);
    const key = publicKey.export({ type: 'spki', format: 'pem' });
    const config = { BoundIssuer: 'ci', BoundAudiences: ['lictor'], JWTValidationPubKeys: [key] };
    write('jwt.json', JSON.stringify({ ...config, ClaimMappings: { team: 'team' } }));
    await acl('auth-method', 'create', '-type=jwt', '-name=ci', '-config=@jwt.json', '-max-token-ttl=5m');
    const updated = await acl('auth-method', 'update', '-name=ci', '-description=d', '-format=json');
    assert.equal((JSON.parse(updated) as { Config: { BoundIssuer: string } }).Config.BoundIssuer, 'ci');
    const rule = said(
      await acl('binding-rule', 'create', '-method=ci', '-bind-name', ['$', '{value.team}'].join('')),
      'ID',
    );
    assert.match(
      await acl('binding-rule', 'update', `-id=${rule.slice(0, 9)}`, '-selector=value.team == web'),
      /team\}$/m,
    );
    const login = ['login', '-method=ci', '-bearer-token-file=bearer', '-token-sink-file=sink', '-meta=job=7'];
    assert.deepEqual(await as('', ...login), { code: 0, stdout: '', stderr: '' });
    const sink = path.join(folder, 'sink');
    assert.equal(fs.statSync(sink).mode & 0o777, 0o600);
    const secret = fs.readFileSync(sink, 'utf8');
    assert.match(
      (await as('', 'acl', 'token', 'read', '-self', '-token-file=sink')).stdout,
      /^ {3}web \(Datacenters: all\)$/m,
    );
    assert.equal((await as('', 'logout', '-token-file=sink')).code, 0);
    assert.match((await as(secret, 'acl', 'token', 'read', '-self')).stderr, /ACL not found/);
    await acl('binding-rule', 'delete', `-id=${rule}`);
    assert.equal(await acl('binding-rule', 'list'), '');
    await acl('auth-method', 'delete', '-name=ci');
    assert.equal(await refused('auth-method', 'read', '-name=ci'), 'Error auth method not found: ci\n');
  });

  it('the agent takes a token for itself', async () => {
    const secret = said(await acl('token', 'create', '-templated-policy=builtin/dns'), 'SecretID');
    assert.equal(await acl('set-agent-token', 'default', secret), 'ACL token "default" set successfully\n');
    const nodes = await as('', 'catalog', 'nodes');
    assert.match(nodes.stdout, /golden/);
    assert.match(await refused('set-agent-token', 'nosuch', secret), /^Error! Unknown token type\n$/);
    assert.match((await as('', 'acl', 'set-agent-token', 'agent', secret)).stderr, /lacks permission 'agent:write'/);
  });

  it('what is behind a word is not taken for an option, nor passed over', async () => {
    assert.match(await refused('token', 'create', 'word', '-policy-name=app'), /^Too many arguments/);
    assert.match(await refused('token', 'create'), /^Cannot create a token without specifying/);
    assert.match(
      await refused('policy', 'delete', '-id=0'),
      /^Error determining policy ID: Several policy IDs have the prefix: 0/,
    );
    assert.equal(await refused('policy', 'list', '-format=xml'), 'Unknown format: xml\n');
  });
});
