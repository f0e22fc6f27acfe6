// Members as the API shows them, made of what main told (spec/gossip.md, sections 10 and 18; spec/http.md, agent/members).

import { ipText } from '../../../../gotext/ip.js';
import { quoteJson } from '../../../../gotext/json-encode.js';
import { LastTags } from '../../../../msgpack/last-tags.js';
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

/** What is shown of a member's tags. */
interface ShownTags {
  readonly text: string;
  readonly takesPackedLog: boolean;
}

/** The tags that were shown last, in two parts: what stands before the node ID, and behind it. */
const last = new LastTags();
let beforeId = '';
let behindId = '';
let lastTakesPackedLog = false;

function shownTags(meta: Uint8Array): ShownTags {
  const otherId = last.otherId(meta);
  if (otherId !== null) return { text: beforeId + quoteJson(otherId) + behindId, takesPackedLog: lastTakesPackedLog };
  const tags = readTags(meta);
  const takesPackedLog = tags.get('role') === SERVER && tags.get(PACKED_LOG) === '1';
  const text = tagsText(takesPackedLog ? consulTags(tags) : tags);
  rememberShown(meta, tags.get('id') ?? '', { text, takesPackedLog });
  return { text, takesPackedLog };
}

function rememberShown(meta: Uint8Array, id: string, { text, takesPackedLog }: ShownTags): void {
  const quoted = quoteJson(id);
  const at = text.indexOf(quoted);
  const isFoundOnce = at >= 0 && text.lastIndexOf(quoted) === at;
  last.remember(meta, isFoundOnce ? id : '');
  beforeId = text.slice(0, at);
  behindId = text.slice(at + quoted.length);
  lastTakesPackedLog = takesPackedLog;
}

export function memberOf({ name, ip, port, meta, versionBytes, status }: ToldMember): Member {
  const versions = versionBytes === null || versionBytes.length < VERSION_BYTES ? NO_VERSIONS : versionBytes;
  const { text, takesPackedLog } = shownTags(meta);
  return {
    name,
    address: ipText(ip),
    port,
    tags: text,
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
