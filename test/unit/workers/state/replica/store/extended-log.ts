// A server's state that gets entries with extensions, one by one, as the raft worker hands them out.

import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { Logger, LogSink } from '../../../../../../src/observe/logger.js';
import { Metrics } from '../../../../../../src/observe/metrics.js';
import { Leadership } from '../../../../../../src/wire/raft/leadership.js';
import { openReplica } from '../../../../../../src/workers/state/replica/replica.js';
import type { StateStore } from '../../../../../../src/workers/state/replica/state-store.js';
import { waitFor } from '../../../../../agent-process.js';

export class ExtendedLog {
  readonly store: StateStore;
  readonly errors: string[] = [];
  readonly #raft: MessagePort;

  constructor() {
    const { port1, port2 } = new MessageChannel();
    this.#raft = port1;
    const logger = new Logger('agent', new LogSink('error', (record) => this.errors.push(JSON.stringify(record))));
    const fatal = (text: string): void => {
      this.errors.push(text);
    };
    const events = { started: () => {}, role: () => {}, fatal };
    const raft = { port: port2, leadership: new Leadership().buffer };
    this.store = openReplica(raft, events, 10, logger, new Metrics()).store;
  }

  async commit(index: number, term: number, data: Uint8Array, extensions: Uint8Array): Promise<void> {
    const buffer = new Uint8Array(data).buffer;
    this.#raft.postMessage({ kind: 'committed-extended', index, term, data: buffer, extensions }, [buffer]);
    await waitFor(() => this.store.appliedIndex >= index, `index ${index} to be applied`);
  }

  close(): void {
    this.#raft.close();
  }
}
