// Another server that leads, or doesn't: whatever it is asked, there is nothing.

import type { AskedRead, AskedWrite, Elsewhere } from '../../../src/workers/state/calls/elsewhere.js';

export class OtherLeader implements Elsewhere {
  readonly isKnown: boolean;
  reads = 0;
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
    _settings: unknown,
    done: (answer: AskedRead<Value>) => void,
  ): { cancel(): void } {
    this.reads += 1;
    done({ ok: true, value: [] as Value, index: 9, origin: { hasLeader: true, lastContactMs: 0 } });
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
