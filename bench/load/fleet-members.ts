// Members of a LAN pool, hundreds in one process: each has the product's pool as a client agent has it, on a port of its own, and
// nothing else of an agent. To the servers they are as many client agents.

import { CONSUL_LAN } from '../../src/main/gossip/core/settings.js';
import { CONSUL_SERF } from '../../src/main/gossip/serf/pool/options.js';
import { GossipPool } from '../../src/main/pools/gossip-pool.js';
import { lanMergeRules } from '../../src/main/pools/merge-rules.js';
import { Logger, LogSink } from '../../src/observe/logger.js';
import { Metrics } from '../../src/observe/metrics.js';
import { freePorts } from '../../test/ports.js';
import { serveCommands } from './load-process.js';

export interface FleetMembersCommand {
  /** Names and node IDs. */
  readonly members: readonly { readonly name: string; readonly id: string }[];
  /** Each joins by one of these. */
  readonly servers: readonly string[];
}

const JOINS_AT_A_TIME = 8;
const LOOPBACK = '127.0.0.1';
const DATACENTER = 'dc1';
const logger = new Logger('fleet', new LogSink('error', ({ message }) => console.error(message)));

function tagsOf(id: string): ReadonlyMap<string, string> {
  return new Map([
    ['role', 'node'],
    ['dc', DATACENTER],
    ['segment', ''],
    ['id', id],
    ['vsn', '2'],
    ['vsn_min', '2'],
    ['vsn_max', '3'],
    ['build', '1.21.4:'],
  ]);
}

async function join(name: string, id: string, port: number, server: string): Promise<void> {
  const opened = await GossipPool.open({
    profile: {
      pool: 'lan',
      selfName: name,
      addresses: { bindAddress: LOOPBACK, advertiseAddress: LOOPBACK, port },
      gossip: CONSUL_LAN,
      serf: CONSUL_SERF,
      tags: tagsOf(id),
      rules: lanMergeRules({ name, nodeId: id, datacenter: DATACENTER, isAllowedAddress: () => true }),
      dataDir: null,
      snapshotPath: null,
    },
    config: {
      disableKeyringFile: true,
      encryptKey: '',
      encryptVerifyIncoming: true,
      encryptVerifyOutgoing: true,
      rejoinAfterLeave: false,
    },
    logger,
    metrics: new Metrics(),
    observer: {
      onMembers: () => undefined,
      onSuspected: () => undefined,
      onUserEvent: () => undefined,
      onQuit: () => logger.error(`${name} lost its name`),
    },
  });
  if (!opened.ok) throw new Error(opened.error);
  const { joined, errors } = await opened.value.join([server]);
  if (joined === 0) throw new Error(errors.join('; '));
}

/** Answers when all have joined. */
serveCommands(async ({ members, servers }: FleetMembersCommand): Promise<null> => {
  const ports = await freePorts(members.length);
  let next = 0;
  const joiner = async (): Promise<void> => {
    for (let i = next++; i < members.length; i = next++) {
      const { name = '', id = '' } = members[i] ?? {};
      await join(name, id, ports[i] ?? 0, servers[i % servers.length] ?? '');
    }
  };
  await Promise.all(Array.from({ length: JOINS_AT_A_TIME }, joiner));
  return null;
});
