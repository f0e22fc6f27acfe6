// A member of a pool as the state worker keeps it and the API shows it.

import { ipText } from '../../gotext/ip.js';
import { mapJson, quoteJson } from '../../gotext/json-encode.js';
import type { Member } from '../../wire/gossip-pools.js';
import { readVersions } from '../gossip/core/node.js';
import { type SerfMember, STATUS_NUMBERS } from '../gossip/serf/member.js';
import { readTags } from '../gossip/serf/tags.js';

export function memberOf(member: SerfMember): Member {
  const versions = readVersions(member.versionBytes);
  return {
    name: member.name,
    address: ipText(member.address.ip),
    port: member.address.port,
    tags: mapJson(Object.fromEntries(readTags(member.meta)), quoteJson),
    status: STATUS_NUMBERS[member.status],
    protocolMin: versions?.protocolMin ?? 0,
    protocolMax: versions?.protocolMax ?? 0,
    protocolCurrent: versions?.protocol ?? 0,
    delegateMin: versions?.delegateMin ?? 0,
    delegateMax: versions?.delegateMax ?? 0,
    delegateCurrent: versions?.delegate ?? 0,
  };
}
