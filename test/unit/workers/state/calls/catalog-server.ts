// A server as a client agent asks it, over a state store of a test's own: what reads it has, which of them wait, and what becomes
// of them when it goes away.

import { Metrics } from '../../../../../src/observe/metrics.js';
import { MEMBER_STATUS } from '../../../../../src/wire/gossip-pools.js';
import { allowAll } from '../../../../../src/workers/state/acl/access.js';
import type { ReadOrigin } from '../../../../../src/workers/state/calls/blocking-read.js';
import { ClientCalls } from '../../../../../src/workers/state/calls/client-calls.js';
import type { Asked, AskedRead, ServerAsking } from '../../../../../src/workers/state/calls/elsewhere.js';
import type { ReadSettings } from '../../../../../src/workers/state/calls/read-settings.js';
import { ServerList } from '../../../../../src/workers/state/cluster/server-list.js';
import type { ReadMethod } from '../../../../../src/workers/state/methods/contract/method.js';
import { isRefusal } from '../../../../../src/workers/state/methods/contract/refusal.js';
import { atOnce } from '../../../../../src/workers/state/turns/turns.js';
import { Catalog } from '../../../../integration/dns/catalog.js';
import { expecting } from '../cluster/servers.js';

interface Held {
  readonly settings: ReadSettings;
  readonly fail: () => void;
}

export class CatalogServer {
  readonly catalog = new Catalog();
  /** Settings of all reads so far, in their order. */
  readonly asked: ReadSettings[] = [];
  readonly held = new Set<Held>();
  /** What an answer weighs. */
  bytes = 100;
  /** As a follower would say. */
  lastContactMs = 0;
  /** Queries that were to wait are lost at once, others answered. */
  cutsOffWaits = false;
  #isUp = true;

  get asking(): ServerAsking {
    return {
      read: (_address, method, request, settings, _datacenter, _token, done) =>
        this.#read(method, request, settings, done),
      write: () => Promise.reject(new Error('nothing is written here')),
    };
  }

  /** What is held is lost; nothing is answered from now on. */
  goAway(): void {
    this.#isUp = false;
    for (const { fail } of [...this.held]) fail();
  }

  comeBack(): void {
    this.#isUp = true;
  }

  #read<Request, Value>(
    method: ReadMethod<Request, Value>,
    request: Request,
    settings: ReadSettings,
    done: (answer: AskedRead<Value>) => void,
  ): Asked {
    this.asked.push(settings);
    const { store } = this.catalog;
    const prepared = method.prepare(store, request, allowAll);
    if (isRefusal(prepared) || !this.#isUp) {
      const timer = setImmediate(() => done({ ok: false, kind: 'unsent', text: 'rpc error getting client: refused' }));
      return { cancel: () => clearImmediate(timer) };
    }
    const answer = (): void => {
      const { value, index } = prepared.read();
      const shown = prepared.narrowInSteps
        ? atOnce(prepared.narrowInSteps(value))
        : (prepared.narrow?.(value) ?? value);
      const lastContactMs = settings.consistency === 'stale' ? this.lastContactMs : 0;
      const origin: ReadOrigin = { hasLeader: true, lastContactMs };
      done({ ok: true, value: shown, index: Math.max(1, index), origin, bytes: this.bytes });
    };
    const result = prepared.read();
    if (settings.minIndex === 0 || Math.max(1, result.index) > settings.minIndex) {
      const timer = setImmediate(answer);
      return { cancel: () => clearImmediate(timer) };
    }
    if (this.cutsOffWaits) {
      const timer = setImmediate(() => done({ ok: false, kind: 'lost', text: 'rpc error making call: EOF' }));
      return { cancel: () => clearImmediate(timer) };
    }
    const over = (): void => {
      unwatch();
      this.held.delete(held);
    };
    const unwatch = store.watches.watch(prepared.watch(result), () => {
      over();
      answer();
    });
    const held: Held = {
      settings,
      fail: () => {
        over();
        done({ ok: false, kind: 'lost', text: 'rpc error making call: EOF' });
      },
    };
    this.held.add(held);
    return { cancel: over };
  }
}

/** A client agent that knows the server. */
export function clientOf(server: CatalogServer): ClientCalls {
  const servers = new ServerList(() => 0.5);
  servers.put({ ...expecting(1), status: MEMBER_STATUS.alive });
  return new ClientCalls({
    servers,
    asking: server.asking,
    holdMs: () => 300,
    rate: () => ({ perSecond: Number.POSITIVE_INFINITY, burst: Number.POSITIVE_INFINITY }),
    unreachable: () => {},
    metrics: new Metrics(),
  });
}
