// What the API asks of the process as a whole, carried out: each order is answered once, whatever becomes of it.

import type { Logger } from '../observe/logger.js';
import { errorDetail } from '../observe/surprise.js';
import type { ControlAnswer, ControlRequest } from '../wire/state-worker.js';
import type { GossipPools } from './pools/gossip-pools.js';

export interface OrdersOptions {
  readonly logger: Logger;
  readonly pools: GossipPools;
  readonly reload: () => Promise<ControlAnswer<'reload'>>;
  /** Leaves the cluster; the process ends when that is done and said. */
  readonly leave: () => Promise<void>;
}

export class Orders {
  readonly #options: OrdersOptions;

  constructor(options: OrdersOptions) {
    this.#options = options;
  }

  async answer(order: ControlRequest): Promise<ControlAnswer> {
    try {
      return await this.#carryOut(order);
    } catch (error) {
      this.#options.logger.error('unexpected error', 'operation', order.op, 'error', errorDetail(error));
      return { ok: false, error: String(error) };
    }
  }

  async #carryOut(order: ControlRequest): Promise<ControlAnswer> {
    const { pools, reload, leave } = this.#options;
    switch (order.op) {
      case 'reload':
        return reload();
      case 'leave':
        await leave();
        return { ok: true, result: null };
      case 'join':
        return pools.join(order);
      case 'force-leave':
        return pools.forceLeave(order);
      case 'fire-event':
        return pools.fireEvent(order);
      case 'keyring':
        return pools.keyring(order);
      case 'pool-figures':
        return pools.figures();
      case 'wan-coordinates':
        return pools.wanCoordinates();
    }
  }
}
