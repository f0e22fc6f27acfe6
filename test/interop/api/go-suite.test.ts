// The Go client's own test suite (module github.com/hashicorp/consul/api), unmodified: its test kit starts `consul` from the path,
// which is lictor here. A test that fails without being listed fails this one, and so does a listed one that passes.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import readline from 'node:readline';
import { describe, it, type TestContext } from 'node:test';
import { repositoryRoot } from '../../data.js';
import { temporaryDirectory } from '../../temporary.js';
import { goProgram, skipWithout } from '../gossip/programs.js';
import { FAILING } from './go-suite-failures.js';

const MODULE = 'github.com/hashicorp/consul/api';
const BUILD_DEADLINE_MS = 300_000;
/** The suite starts more than two hundred agents, each of which takes some 1.3 s of a processor from its start to its end. */
const SUITE_DEADLINE_S = 480;
/**
 * Its kit waits two seconds for each agent, be it there sooner or not, and takes it for broken when it isn't there then: no more
 * of them at once than keep to that on two processors, and no other test beside them.
 */
const SIDE_BY_SIDE = 4;
/** A pattern of names. */
const CHOSEN = process.env['LICTOR_GO_TESTS'] ?? '.';
const MINIMUM_TESTS = CHOSEN === '.' ? 200 : 1;
const MOST_AGAIN = 20;

type Outcome = 'pass' | 'fail' | 'skip';
interface Event {
  readonly Action: string;
  readonly Test?: string;
  readonly Output?: string;
}

class Results {
  readonly outcomes = new Map<string, Outcome>();
  readonly #started = new Set<string>();
  readonly #output = new Map<string, string[]>();

  take({ Action, Test, Output }: Event): void {
    if (Test === undefined) return;
    if (Action === 'run') this.#started.add(Test);
    if (Action === 'pass' || Action === 'fail' || Action === 'skip') this.outcomes.set(Test, Action);
    if (Action !== 'output' || Output === undefined) return;
    const lines = this.#output.get(Test) ?? [];
    this.#output.set(Test, lines);
    lines.push(Output);
  }

  /** Where something failed: the parts of a test where it has any that did. One that never ended has failed as well. */
  get failed(): readonly string[] {
    const all = [...this.#started].filter((name) => !['pass', 'skip'].includes(this.outcomes.get(name) ?? ''));
    return all.filter((name) => !all.some((other) => other.startsWith(`${name}/`))).sort();
  }

  /** What a test said, without the log of its agents. */
  of(test: string): string {
    const lines = this.#output.get(test) ?? [];
    return lines
      .filter((line) => !/^\d{4}-\d\d-\d\dT|CONFIG JSON/.test(line))
      .slice(-40)
      .join('');
  }
}

function buildSuite(folder: string): string {
  const program = path.join(folder, 'api.test');
  execFileSync(goProgram(), ['test', '-c', '-mod=readonly', '-buildvcs=false', '-o', program, MODULE], {
    cwd: path.join(repositoryRoot, 'test/interop/api/suite'),
    env: { ...process.env, GOTOOLCHAIN: 'local' },
    stdio: ['ignore', 'inherit', 'inherit'],
    timeout: BUILD_DEADLINE_MS,
  });
  return program;
}

const LAUNCHER = path.join(repositoryRoot, 'lictor');

function writeConsul(folder: string): void {
  fs.mkdirSync(folder);
  fs.writeFileSync(path.join(folder, 'consul'), `#!/bin/sh\nexec '${LAUNCHER}' "$@"\n`, { mode: 0o755 });
}

/** Where the tests look for them, in folders beside their own; they aren't part of the module. */
function makeCertificates(beside: string): void {
  const folder = path.join(beside, 'client_certs');
  fs.mkdirSync(folder, { recursive: true });
  const tls = (...args: readonly string[]) =>
    execFileSync(LAUNCHER, ['tls', ...args], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  tls('ca', 'create');
  tls('cert', 'create', '-server', '-additional-dnsname=consul.test');
  tls('cert', 'create', '-client');
  fs.renameSync(path.join(folder, 'consul-agent-ca.pem'), path.join(folder, 'rootca.crt'));
  for (const role of ['server', 'client']) {
    fs.renameSync(path.join(folder, `dc1-${role}-consul-0.pem`), path.join(folder, `${role}.crt`));
    fs.renameSync(path.join(folder, `dc1-${role}-consul-0-key.pem`), path.join(folder, `${role}.key`));
  }
  const copy = (name: string, to: string): void => {
    fs.mkdirSync(path.dirname(path.join(beside, to)), { recursive: true });
    fs.copyFileSync(path.join(folder, name), path.join(beside, to));
  };
  copy('rootca.crt', 'ca_path/root.crt');
  copy('rootca.crt', 'hostname/CertAuth.crt');
  copy('client.crt', 'hostname/Alice.crt');
  copy('client.key', 'hostname/Alice.key');
}

/** `only`: a pattern of names. */
async function runSuite(context: TestContext, folder: string, program: string, only: string): Promise<Results> {
  const child = spawn(
    goProgram(),
    [
      ...['tool', 'test2json', '-t', program, '-test.v', `-test.parallel=${only === CHOSEN ? SIDE_BY_SIDE : 1}`],
      ...[`-test.timeout=${SUITE_DEADLINE_S}s`, `-test.run=${only}`],
    ],
    {
      cwd: path.join(folder, 'api'),
      env: { ...process.env, PATH: `${path.join(folder, 'bin')}:${process.env['PATH'] ?? ''}`, TMPDIR: folder },
      stdio: ['ignore', 'pipe', 'inherit'],
      // What it starts is stopped with it, also where a test has left an agent behind.
      detached: true,
    },
  );
  const stop = () => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // Nothing of it is left.
    }
  };
  context.after(stop);
  context.signal.addEventListener('abort', stop);
  const results = new Results();
  const ended = once(child, 'close');
  for await (const line of readline.createInterface({ input: child.stdout })) results.take(JSON.parse(line) as Event);
  await ended;
  stop();
  return results;
}

/** By its own name, or as a part of a test that is listed whole. */
function isListed(name: string): boolean {
  const parts = name.split('/');
  return parts.some((_part, at) => FAILING.has(parts.slice(0, at + 1).join('/')));
}

/** Of the parts that failed, those that are failures of ours: not listed, and again when they have the machine for themselves. */
async function unexpected(
  context: TestContext,
  folder: string,
  program: string,
  results: Results,
): Promise<readonly string[]> {
  const suspects = results.failed.filter((name) => !isListed(name));
  const tops = [...new Set(suspects.map((name) => name.split('/')[0]))];
  if (tops.length === 0) return [];
  // One that ends the program makes failures of all that had begun.
  if (tops.length > MOST_AGAIN) return suspects.map((name) => `${name}\n${results.of(name)}`);
  const again = await runSuite(context, folder, program, `^(${tops.join('|')})$`);
  return again.failed.filter((name) => !isListed(name)).map((name) => `${name}\n${again.of(name)}`);
}

const skip = skipWithout('go');

describe("the Go client's own tests", { skip }, () => {
  it('pass, but for those that are listed', { timeout: 2 * SUITE_DEADLINE_S * 1000 }, async (context) => {
    const folder = temporaryDirectory(context);
    const program = buildSuite(folder);
    writeConsul(path.join(folder, 'bin'));
    makeCertificates(path.join(folder, 'test'));
    fs.mkdirSync(path.join(folder, 'api'));
    const results = await runSuite(context, folder, program, CHOSEN);
    assert.ok(results.outcomes.size >= MINIMUM_TESTS, `only ${results.outcomes.size} tests ended`);
    assert.deepEqual(await unexpected(context, folder, program, results), []);
    const passing = [...FAILING.keys()].filter((name) => results.outcomes.get(name) === 'pass');
    assert.deepEqual(passing, [], 'listed as failing, but they pass');
  });
});
