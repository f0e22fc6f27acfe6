// One instance on a node, with what config entries say of its proxy: what a proxy asks for to begin. It is shown to whoever may read
// the service, whatever else there is on the node.

import type { NodeRecord, ServiceRecord } from '../../../../wire/records.js';
import type { StoreReads } from '../../replica/store/read-api.js';
import type { Steps } from '../../turns/turns.js';
import type { PreparedRead, ReadMethod } from '../contract/method.js';
import { denial } from '../contract/refusal.js';
import { centrally, mergedServices } from './central-config.js';

export interface NodeInstanceRequest {
  /** Its name or its ID. */
  readonly node: { readonly name: string } | { readonly id: string };
  readonly serviceId: string;
}

export interface NodeInstance {
  readonly node: NodeRecord;
  readonly service: ServiceRecord;
}

/** null: there is no such node, or no such instance there. */
export const nodeInstance: ReadMethod<NodeInstanceRequest, NodeInstance | null> = {
  name: 'Catalog.NodeInstance',
  isOnce: true,
  prepare(store, { node: asked, serviceId }, authorizer) {
    const name = (): string => ('id' in asked ? (store.catalog.nodeById(asked.id)?.Node ?? '') : asked.name);
    const read = () => {
      const { index, value } = store.catalog.nodeServices(name());
      const service = value?.services.find(({ ID }) => ID === serviceId);
      return { index, value: value === null || service === undefined ? null : { node: value.node, service } };
    };
    const plain: PreparedRead<NodeInstance | null> = {
      read,
      refuse() {
        const { value } = read();
        return value === null ? null : denial(authorizer, 'service:read', value.service.Service);
      },
      watch: ({ value }) => store.targets.nodeServices(name(), value !== null),
    };
    return centrally(store, plain, merged);
  },
};

function* merged(value: NodeInstance | null, store: StoreReads): Steps<NodeInstance | null> {
  if (value === null) return null;
  const [service = value.service] = yield* mergedServices([value.service], store);
  return { node: value.node, service };
}
