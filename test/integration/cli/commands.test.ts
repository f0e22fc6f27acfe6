// The commands against an agent's answers: output, errors, exit codes, and what they ask for.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { repositoryRoot } from '../../data.js';
import { temporaryDirectory, writeFiles } from '../../temporary.js';
import { startFakeAgent } from './fake-agent.js';
import { lictor, MAIN } from './program.js';

const done = (stdout: string): object => ({ code: 0, stdout, stderr: '' });
const failed = (stderr: string, code = 1): object => ({ code, stdout: '', stderr });

describe('kv', () => {
  test('a value there and back', async (context) => {
    const agent = await startFakeAgent(context);
    const env = { CONSUL_HTTP_ADDR: agent.address };
    assert.deepEqual(
      await lictor(['kv', 'put', '-flags=18446744073709551615', 'a b/ü', '-'], { env, stdin: 'x\ny' }),
      done('Success! Data written to: a b/ü\n'),
    );
    assert.equal(agent.asked[0]?.target, '/v1/kv/a%20b/%C3%BC?flags=18446744073709551615');
    assert.deepEqual(await lictor(['kv', 'get', 'a b/ü'], { env }), done('x\ny\n'));
    const detailed = await lictor(['kv', 'get', '-detailed', 'a b/ü'], { env });
    assert.match(detailed.stdout, /^Flags {12}18446744073709551615$/m);
    assert.match(detailed.stdout, /^Session {10}-$/m);
    assert.deepEqual(await lictor(['kv', 'get', '-recurse', ''], { env }), done('a b/ü:x\ny\n'));
    assert.deepEqual(
      await lictor(['kv', 'delete', '-recurse', 'a'], { env }),
      done('Success! Deleted keys with prefix: a\n'),
    );
    assert.deepEqual(await lictor(['kv', 'get', 'a b/ü'], { env }), failed('Error! No key exists at: a b/ü\n'));
  });

  test('what stands in front of an agent, and a namespace, are asked for', async (context) => {
    const agent = await startFakeAgent(context);
    const env = { CONSUL_HTTP_ADDR: `http://${agent.address}/consul/`, CONSUL_PARTITION: 'p' };
    await lictor(['kv', 'get', '-namespace=a&b', 'x'], { env });
    assert.equal(agent.asked[0]?.target, '/consul/v1/kv/x?ns=a%26b&partition=p');
  });

  test('an exported tree can be imported', async (context) => {
    const agent = await startFakeAgent(context);
    const env = { LICTOR_HTTP_ADDR: `http://${agent.address}` };
    for (const name of ['t/a', 't/b'])
      await lictor(['kv', 'put', '-flags=9223372036854775808', name, `of ${name}`], { env });
    const exported = await lictor(['kv', 'export', 't/'], { env });
    assert.equal(exported.code, 0);
    assert.match(exported.stdout, /"flags": 9223372036854775808,/);
    const imported = await lictor(['kv', 'import', '-prefix=new', '-'], { env, stdin: exported.stdout });
    assert.deepEqual(imported, done('Imported: new/t/a\nImported: new/t/b\n'));
    assert.deepEqual(await lictor(['kv', 'get', 'new/t/b'], { env }), done('of t/b\n'));
    const again = await lictor(['kv', 'export', 'new/t/b'], { env });
    assert.match(again.stdout, /"flags": 9223372036854775808,/);
  });

  test('conditions', async () => {
    assert.deepEqual(
      await lictor(['kv', 'put', '-cas', 'a', 'b']),
      failed('Error! Must specify -modify-index with -cas!\n'),
    );
    assert.deepEqual(
      await lictor(['kv', 'put', '-acquire', 'a', 'b']),
      failed('Error! Missing -session (required with -acquire and -release)\n'),
    );
    assert.deepEqual(
      await lictor(['kv', 'delete', '-cas', '-recurse', 'a']),
      failed('Cannot specify both -cas and -recurse!\n'),
    );
  });
});

describe('members', () => {
  const member = (Name: string, Addr: string, role: string, Status = 1): object => ({
    ...{ Name, Addr, Port: 8301, Status },
    Tags: { role, dc: 'dc1', build: '1.21.4:x', vsn: '2' },
  });

  test('a table, servers first, addresses whole', async (context) => {
    const agent = await startFakeAgent(context);
    agent.answer('GET /v1/agent/members', [member('a', '::1', 'node', 4), member('b', '10.0.0.1', 'consul')]);
    const outcome = await lictor(['members', '-http-addr', agent.address, '-token=t']);
    assert.deepEqual(
      outcome,
      done(
        'Node  Address        Status  Type    Build   Protocol  DC   Partition  Segment\n' +
          'b     10.0.0.1:8301  alive   server  1.21.4  2         dc1  default    <all>\n' +
          'a     [::1]:8301     failed  client  1.21.4  2         dc1  default    <default>\n',
      ),
    );
    assert.equal(agent.asked[0]?.token, 't');
    assert.equal(agent.asked[0]?.target, '/v1/agent/members?segment=_all');
    assert.equal((await lictor(['members', '-status=left', '-http-addr', agent.address])).code, 2);
  });
});

describe('services', () => {
  test('definitions are sent in the form of the API', async (context) => {
    const agent = await startFakeAgent(context);
    agent.answer('PUT /v1/agent/service/register', '');
    const folder = temporaryDirectory(context);
    const definition = `service {
      id = "w1" name = "web" port = 80 tags = ["a"] meta { some_key = "v" }
      tagged_addresses { lan { address = "10.0.0.1" port = 81 } }
      check { http = "http://x/" interval = "10s" header { X-A = ["b"] } tls_skip_verify = true }
    }`;
    writeFiles(folder, { 'web.hcl': definition });
    const outcome = await lictor(['services', 'register', '-http-addr', agent.address, 'web.hcl'], { cwd: folder });
    assert.deepEqual(outcome, done('Registered service: web\n'));
    assert.deepEqual(JSON.parse(agent.asked[0]?.body ?? ''), {
      ID: 'w1',
      Name: 'web',
      Port: 80,
      Tags: ['a'],
      Meta: { some_key: 'v' },
      TaggedAddresses: { lan: { Address: '10.0.0.1', Port: 81 } },
      Check: { HTTP: 'http://x/', Interval: '10s', Header: { 'X-A': ['b'] }, TLSSkipVerify: true },
    });
  });
});

describe('the agent is elsewhere', () => {
  test('errors of the connection and of the agent', async (context) => {
    const refused = await lictor(['leave', '-http-addr=127.0.0.1:1']);
    const url = 'http://127.0.0.1:1/v1/agent/leave';
    assert.deepEqual(
      refused,
      failed(`Error leaving: Put "${url}": dial tcp 127.0.0.1:1: connect: connection refused\n`),
    );
    const agent = await startFakeAgent(context);
    agent.answer('PUT /v1/agent/join/10.0.0.1', 'no route', 500);
    assert.deepEqual(
      await lictor(['join', '-http-addr', agent.address, '10.0.0.1']),
      failed("Error joining address '10.0.0.1': Unexpected response code: 500 (no route)\nFailed to join any nodes.\n"),
    );
  });

  test('a token from a file', async (context) => {
    const agent = await startFakeAgent(context);
    agent.answer('PUT /v1/agent/reload', '');
    const folder = temporaryDirectory(context);
    writeFiles(folder, { token: 'secret\n' });
    const argv = ['reload', '-http-addr', agent.address, '-token-file', path.join(folder, 'token')];
    assert.deepEqual(await lictor(argv), done('Configuration reload triggered\n'));
    assert.equal(agent.asked[0]?.token, 'secret');
  });
});

describe('the program', () => {
  test('a reader that goes away ends it quietly', async (context) => {
    const agent = await startFakeAgent(context);
    const many = Array.from({ length: 20_000 }, (_, at) => `key/${at}/${'x'.repeat(50)}`);
    agent.answer('GET /v1/kv/key', many);
    const argv = [MAIN, 'kv', 'get', '-keys', '-http-addr', agent.address, 'key'];
    const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'pipe'] });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString('utf8');
    });
    child.stdout.once('data', () => child.stdout.destroy());
    const [code] = (await once(child, 'close')) as [number | null];
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
  });

  test('runs through a symbolic link', async (context) => {
    const folder = temporaryDirectory(context);
    const link = path.join(folder, 'linked');
    fs.symlinkSync(path.join(repositoryRoot, 'lictor'), link);
    const child = spawn(link, ['keygen'], { cwd: folder });
    let stdout = '';
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString('utf8');
    });
    const [code] = (await once(child, 'close')) as [number | null];
    assert.equal(code, 0);
    assert.equal(Buffer.from(stdout, 'base64').length, 32);
  });
});
