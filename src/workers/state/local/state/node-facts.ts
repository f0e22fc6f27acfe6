// What this agent says about its own node in every registration (spec/agent.md section 2, "Node entry written").

import { isIP } from 'node:net';
import type { RuntimeConfig } from '../../../../wire/config.js';
import type { Locality, StringMap } from '../../../../wire/records.js';

export interface NodeFacts {
  readonly id: string;
  readonly name: string;
  readonly datacenter: string;
  readonly address: string;
  readonly taggedAddresses: StringMap;
  readonly meta: StringMap;
  readonly locality: Locality | null;
}

/** The metadata as registered: the user's, and two keys of the agent's own. */
export function nodeMetaOf(config: RuntimeConfig): StringMap {
  return { ...config.nodeMeta, 'consul-network-segment': '', 'consul-version': config.version };
}

function byFamily(scope: 'lan' | 'wan', address: string): StringMap {
  const family = isIP(address);
  if (family === 0) return {};
  return { [family === 4 ? `${scope}_ipv4` : `${scope}_ipv6`]: address };
}

export function nodeFacts(config: RuntimeConfig): NodeFacts {
  const wan = config.advertiseAddressWan === '' ? config.advertiseAddress : config.advertiseAddressWan;
  return {
    id: config.nodeId,
    name: config.nodeName,
    datacenter: config.datacenter,
    address: config.advertiseAddress,
    taggedAddresses: {
      lan: config.advertiseAddress,
      wan,
      ...byFamily('lan', config.advertiseAddress),
      ...byFamily('wan', wan),
      ...config.taggedAddresses,
    },
    meta: nodeMetaOf(config),
    locality: null,
  };
}
