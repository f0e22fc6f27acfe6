// Members as the API shows them (spec/gossip.md, sections 10 and 18; spec/http.md, agent/members).

import { ipText } from '../../gotext/ip.js';
import type { Member } from '../../wire/gossip-pools.js';
import { tagsText } from '../../wire/member-tags.js';
import { readVersions } from '../gossip/core/node.js';
import { type SerfMember, STATUS_NUMBERS } from '../gossip/serf/pool/member.js';
import { readTags } from '../gossip/serf/protocol/tags.js';

export function memberOf({ name, address, meta, versionBytes, status }: SerfMember): Member {
  const versions = readVersions(versionBytes);
  return {
    name,
    address: ipText(address.ip),
    port: address.port,
    tags: tagsText(readTags(meta)),
    status: STATUS_NUMBERS[status],
    protocolMin: versions?.protocolMin ?? 0,
    protocolMax: versions?.protocolMax ?? 0,
    protocolCurrent: versions?.protocol ?? 0,
    delegateMin: versions?.delegateMin ?? 0,
    delegateMax: versions?.delegateMax ?? 0,
    delegateCurrent: versions?.delegate ?? 0,
  };
}
