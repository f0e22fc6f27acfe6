// A snapshot that can't be brought on the disk: its leader must not wait for an answer, which may take it hours to give up on.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Logger, LogSink } from '../../../../src/observe/logger.js';
import { type InstallRequest, SnapshotInstaller } from '../../../../src/workers/raft/snapshot/snapshot-installer.js';
import { MemorySnapshots, type SnapshotSink } from '../../../../src/workers/raft/snapshot/snapshot-store.js';
import { waitFor } from '../../../agent-process.js';
import { at, drain, server, THREE } from './one-server.js';

/** A disk on which the named step fails. */
class FailingSnapshots extends MemorySnapshots {
  readonly #step: string;

  constructor(step: string) {
    super();
    this.#step = step;
  }

  override async create(...about: Parameters<MemorySnapshots['create']>): Promise<SnapshotSink> {
    if (this.#step === 'create') throw new Error('no space left');
    const sink = await super.create(...about);
    return { ...sink, [this.#step]: () => Promise.reject(new Error('no space left')) };
  }
}

for (const step of ['create', 'write', 'finish', 'installed']) {
  test(`a snapshot that fails with ${step} is given up, and not answered`, async () => {
    const core = server();
    const lines: string[] = [];
    const sent: string[] = [];
    const failures: unknown[] = [];
    const turn = (): void => {
      for (const message of drain(core)) sent.push(message.kind);
    };
    const installer = new SnapshotInstaller({
      core,
      snapshots: new FailingSnapshots(step),
      retreat: () => {},
      descend: () => Promise.resolve(),
      quiet: () => Promise.resolve(),
      installed: () => {
        if (step === 'installed') throw new Error('no replica left');
        assert.fail('installed');
      },
      turn,
      logger: new Logger('raft', new LogSink('error', ({ message }) => lines.push(message))),
      failed: (error) => failures.push(error),
    });
    const parts = [new Uint8Array(4), new Uint8Array(4)];
    let isGivenUp = false;
    const bytes = {
      [Symbol.asyncIterator]: () => bytes,
      next: () => {
        const value = parts.shift();
        return Promise.resolve(value === undefined ? { done: true as const, value } : { done: false as const, value });
      },
      return: () => {
        isGivenUp = true;
        return Promise.resolve({ done: true as const, value: undefined });
      },
    };
    const about = { kind: 'install', from: 'b', to: 'a', term: core.term, sentMs: 1 } as const;
    const place = { position: at(9, 2), configuration: { index: at(1, 1).index, configuration: THREE } };
    const request: InstallRequest = { ...about, ...place, size: 8, bytes };
    installer.receive(request, 200);
    await waitFor(() => isGivenUp, 'the end of its connection');
    await installer.stop();
    assert.deepEqual(lines, ['failed to install snapshot']);
    assert.deepEqual(sent, []);
    // What may be found at the next start, or not, ends the server.
    assert.equal(failures.length, step === 'finish' || step === 'installed' ? 1 : 0);
  });
}
