// Members as the API shows them (spec/gossip.md, sections 10 and 18; spec/http.md, agent/members).

import { ipText } from '../../gotext/ip.js';
import { PACKED_LOG, SERVER, type Tags } from '../../wire/gossip/agent-tags.js';
import { tagsText } from '../../wire/gossip/member-tags.js';
import type { Member } from '../../wire/gossip-pools.js';
import { readVersions } from '../gossip/core/node.js';
import { type SerfMember, STATUS_NUMBERS } from '../gossip/serf/pool/member.js';
import { readTags } from '../gossip/serf/protocol/tags.js';

/** As clients of Consul's know them. */
function consulTags(tags: Tags): Tags {
  return new Map([...tags].filter(([name]) => name !== PACKED_LOG));
}

export function memberOf({ name, address, meta, versionBytes, status }: SerfMember): Member {
  const versions = readVersions(versionBytes);
  const tags = readTags(meta);
  const takesPackedLog = tags.get('role') === SERVER && tags.get(PACKED_LOG) === '1';
  return {
    name,
    address: ipText(address.ip),
    port: address.port,
    tags: tagsText(takesPackedLog ? consulTags(tags) : tags),
    status: STATUS_NUMBERS[status],
    protocolMin: versions?.protocolMin ?? 0,
    protocolMax: versions?.protocolMax ?? 0,
    protocolCurrent: versions?.protocol ?? 0,
    delegateMin: versions?.delegateMin ?? 0,
    delegateMax: versions?.delegateMax ?? 0,
    delegateCurrent: versions?.delegate ?? 0,
    ...(takesPackedLog ? { takesPackedLog } : {}),
  };
}
