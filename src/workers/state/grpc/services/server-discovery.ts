// hashicorp.consul.serverdiscovery.ServerDiscoveryService: the servers that can be asked, as they change. By it consul-dataplane
// finds another one when its own goes.

import type { ReadyServer } from '../../methods/catalog/ready-servers.js';
import { readyServers } from '../../methods/catalog/ready-servers.js';
import { framed } from '../messages/message.js';
import { watchServers } from '../messages/server-discovery.js';
import type { Path } from './unary.js';
import { type WatchParts, watched } from './watched.js';

export function serverDiscovery(parts: WatchParts): readonly Path[] {
  return [
    watched(parts, watchServers, {
      refuse: () => null,
      key: ({ wan }) => (wan ? 'wan' : 'lan'),
      method: readyServers,
      frames: (servers, { wan }) => serverFrames(servers, wan),
    }),
  ];
}

/** null while there is none: a client would have nobody left to ask. */
function serverFrames(servers: readonly ReadyServer[], wan: boolean): Buffer | null {
  if (servers.length === 0) return null;
  return framed(watchServers.output, {
    servers: servers.map(({ id, address, wanAddress, version }) => ({
      id,
      address: wan ? wanAddress : address,
      version,
    })),
  });
}
