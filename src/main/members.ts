// This agent's own entry in the gossip pools, for as long as it is known without them (spec/gossip.md, section 18).

import type { RuntimeConfig } from '../wire/config.js';
import { MEMBER_STATUS, type Member } from '../wire/gossip-pools.js';
import { tagsText } from './pools/member-view.js';
import { ownTags } from './pools/tags.js';

const VERSIONS = {
  status: MEMBER_STATUS.alive,
  protocolMin: 1,
  protocolMax: 5,
  protocolCurrent: 2,
  delegateMin: 2,
  delegateMax: 5,
  delegateCurrent: 4,
};

/** This agent in the LAN pool. */
export function selfLan(config: RuntimeConfig): Member {
  return {
    name: config.nodeName,
    address: config.advertiseAddress,
    port: config.ports.serfLan,
    tags: tagsText(ownTags(config, 'lan')),
    ...VERSIONS,
  };
}

/** This agent in the WAN pool: servers only, named with their datacenter. */
export function selfWan(config: RuntimeConfig): Member | null {
  if (!config.server || config.ports.serfWan <= 0) return null;
  return {
    name: `${config.nodeName}.${config.datacenter}`,
    address: config.advertiseAddressWan,
    port: config.ports.serfWan,
    tags: tagsText(ownTags(config, 'wan')),
    ...VERSIONS,
  };
}
