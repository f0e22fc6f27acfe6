// The `py-consul` client of PyPI through a client agent of three servers: what programs do with each part of it (`python/`)
// finds what it has to find.

import { execFile } from 'node:child_process';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { repositoryRoot } from '../../data.js';
import { ThreeServers } from '../../integration/cluster/three-servers.js';
import { installed, skipWithoutInstalled } from '../installed.js';

/** The one that restores a snapshot comes last: it takes away what the others left. */
const SUBJECTS = [
  ...['kv', 'blocking', 'sessions', 'transactions', 'events', 'registration', 'checks', 'catalog', 'aio'],
  ...['agent', 'operator', 'snapshots'],
];
const DEADLINE_MS = 240_000;

const run = promisify(execFile);
const skip = skipWithoutInstalled('python');
const cluster = new ThreeServers();

before(async () => {
  if (skip === false) await cluster.start();
});
after(() => cluster.stop());

describe('the client of PyPI through a client agent', { concurrency: false, skip }, () => {
  for (const subject of SUBJECTS) {
    it(subject, async () => {
      const program = path.join(repositoryRoot, 'test/interop/api/python/main.py');
      const { http } = cluster.client.ports;
      await run(installed('python'), ['-B', program, '127.0.0.1', String(http), subject], { timeout: DEADLINE_MS });
    });
  }
});
