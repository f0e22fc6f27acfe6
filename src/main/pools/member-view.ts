// Members as the API shows them (spec/gossip.md, sections 10 and 18; spec/http.md, agent/members).

import { ipText } from '../../gotext/ip.js';
import { quoteJson } from '../../gotext/json-encode.js';
import { compareUtf8 } from '../../gotext/utf8-order.js';
import type { Tags } from '../../wire/agent-tags.js';
import type { Member } from '../../wire/gossip-pools.js';
import { readVersions } from '../gossip/core/node.js';
import { type SerfMember, STATUS_NUMBERS } from '../gossip/serf/member.js';
import { readTags } from '../gossip/serf/tags.js';

/** A JSON object with its keys in order. */
export function tagsText(tags: Tags): string {
  const names = [...tags.keys()].sort(compareUtf8);
  return `{${names.map((name) => `${quoteJson(name)}:${quoteJson(tags.get(name) ?? '')}`).join(',')}}`;
}

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
