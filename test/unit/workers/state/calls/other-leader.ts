// Another server that leads, or doesn't: whatever it is asked, there is nothing, when it has failed as often as it should.

import type { AskedFailure } from '../../../../../src/workers/state/calls/asked-failure.js';
import type { AskedRead, AskedWrite, Elsewhere } from '../../../../../src/workers/state/calls/elsewhere.js';
import type { ReadSettings } from '../../../../../src/workers/state/calls/read-settings.js';

export class OtherLeader implements Elsewhere {
  readonly isKnown: boolean;
  reads = 0;
  /** Of the reads, in their order. */
  readonly waits: number[] = [];
  /** What becomes of the next reads, before there is an answer. */
  readonly failures: AskedFailure[] = [];
  /** Called with each read, before its answer. */
  asked: () => void = () => {};
  writes = 0;

  constructor(leads: boolean) {
    this.isKnown = leads;
  }

  canAsk(): boolean {
    return this.isKnown;
  }

  read<Request, Value>(
    _method: unknown,
    _request: Request,
    { waitMs }: ReadSettings,
    _token: string,
    done: (answer: AskedRead<Value>) => void,
  ): { cancel(): void } {
    this.reads += 1;
    this.waits.push(waitMs);
    this.asked();
    const failure = this.failures.shift();
    if (failure !== undefined) done(failure);
    else done({ ok: true, value: [] as Value, index: 9, origin: { hasLeader: true, lastContactMs: 0 }, bytes: 1 });
    return { cancel: () => {} };
  }

  async write<Value>(): Promise<AskedWrite<Value>> {
    this.writes += 1;
    return { ok: true, value: [] as Value };
  }

  leaderKnown(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  onLeader(): () => void {
    return () => {};
  }
}
