// By these entries of the system metadata a leader says that services get virtual addresses (spec/fsm.md, section 11; spec/raft.md,
// section 10, step 8). All servers that can be members know of them.

import { type Command, CommandType } from '../../../wire/commands.js';
import type { SystemMetadataEntry } from '../../../wire/records.js';

const FLAGS = ['virtual-ips', 'virtual-ips-term-gateway'] as const;

/** What is to be written; nothing where both are there. */
export function missingVirtualIpFlags(stored: (key: string) => SystemMetadataEntry | undefined): readonly Command[] {
  return FLAGS.filter((key) => (stored(key)?.Value ?? '') === '').map((Key) => ({
    type: CommandType.systemMetadata,
    body: {
      Datacenter: '',
      Token: '',
      Op: 'upsert',
      Entry: { Key, Value: 'true', CreateIndex: 0, ModifyIndex: 0 },
    },
  }));
}
