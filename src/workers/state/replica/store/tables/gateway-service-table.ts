// Which services gateways lead to, by gateway and by service.

import type { GatewayServiceRecord } from '../../../../../wire/mesh/gateway-service.js';
import type { Journal } from './change.js';
import type { GatewayServiceRow } from './rows.js';
import { RowsByOwner } from './rows-by-owner.js';
import { Table } from './table.js';
import { endOfPart, joinKey, keyPart, SEPARATOR } from './table-key.js';

/** A service has a mapping for each port of an ingress gateway. */
export function gatewayServiceKey({ Gateway, Service, Port }: GatewayServiceRecord): string {
  return joinKey(keyPart(Gateway.Name), joinKey(keyPart(Service.Name), String(Port)));
}

export class GatewayServiceTable {
  readonly rows: Table<'gateway-services'>;
  readonly #byService = new RowsByOwner<GatewayServiceRow>();

  constructor(journal: Journal) {
    this.rows = new Table('gateway-services', journal, (before, after) => {
      if (before) this.#byService.delete(keyPart(before.record.Service.Name), before.key);
      if (after) this.#byService.set(keyPart(after.record.Service.Name), after);
    });
  }

  ofGateway(gateway: string): readonly GatewayServiceRow[] {
    const part = keyPart(gateway);
    return this.rows.rows.values(part + SEPARATOR, endOfPart(part));
  }

  /** `service` is the key of the service's group; `*` is a service, too. */
  ofService(service: string): readonly GatewayServiceRow[] {
    return this.#byService.values(service);
  }
}
