// Members as the API shows them, made of what main told (spec/gossip.md, sections 10 and 18; spec/http.md, agent/members).

import { ipText } from '../../../../gotext/ip.js';
import { readTags } from '../../../../msgpack/tags.js';
import { PACKED_LOG, SERVER, type Tags } from '../../../../wire/gossip/agent-tags.js';
import { tagsText } from '../../../../wire/gossip/member-tags.js';
import type { Member } from '../../../../wire/gossip-pools.js';
import type { ToldMember } from '../../../../wire/packed-members.js';

/** Who says less has no versions. */
const VERSION_BYTES = 6;
const NO_VERSIONS = new Uint8Array(VERSION_BYTES);

/** As clients of Consul's know them. */
function consulTags(tags: Tags): Tags {
  return new Map([...tags].filter(([name]) => name !== PACKED_LOG));
}

export function memberOf({ name, ip, port, meta, versionBytes, status }: ToldMember): Member {
  const versions = versionBytes === null || versionBytes.length < VERSION_BYTES ? NO_VERSIONS : versionBytes;
  const tags = readTags(meta);
  const takesPackedLog = tags.get('role') === SERVER && tags.get(PACKED_LOG) === '1';
  return {
    name,
    address: ipText(ip),
    port,
    tags: tagsText(takesPackedLog ? consulTags(tags) : tags),
    status,
    protocolMin: versions[0] ?? 0,
    protocolMax: versions[1] ?? 0,
    protocolCurrent: versions[2] ?? 0,
    delegateMin: versions[3] ?? 0,
    delegateMax: versions[4] ?? 0,
    delegateCurrent: versions[5] ?? 0,
    ...(takesPackedLog ? { takesPackedLog } : {}),
  };
}
