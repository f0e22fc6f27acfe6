// A process of its own that runs every command of `lictor operator`, and those of `lictor acl` and `lictor services` that show something, against the address it is given, once for each of so many
// answers, which it asks for by their number as its token. What each said goes to the channel: in a test's own process others
// write to the same streams.

import { type Command, Options } from '../../../src/cli/command/command.js';
import { command as methodRead } from '../../../src/cli/commands/acl/auth-method/read.js';
import { command as ruleList } from '../../../src/cli/commands/acl/binding-rule/list.js';
import { command as ruleUpdate } from '../../../src/cli/commands/acl/binding-rule/update.js';
import { command as policyList } from '../../../src/cli/commands/acl/policy/list.js';
import { command as policyUpdate } from '../../../src/cli/commands/acl/policy/update.js';
import { command as roleUpdate } from '../../../src/cli/commands/acl/role/update.js';
import { command as templateList } from '../../../src/cli/commands/acl/templated-policy/list.js';
import { command as templateRead } from '../../../src/cli/commands/acl/templated-policy/read.js';
import { command as tokenList } from '../../../src/cli/commands/acl/token/list.js';
import { command as tokenRead } from '../../../src/cli/commands/acl/token/read.js';
import { command as getConfig } from '../../../src/cli/commands/operator/autopilot-get-config.js';
import { command as setConfig } from '../../../src/cli/commands/operator/autopilot-set-config.js';
import { command as state } from '../../../src/cli/commands/operator/autopilot-state.js';
import { command as listPeers } from '../../../src/cli/commands/operator/raft-list-peers.js';
import { command as transferLeader } from '../../../src/cli/commands/operator/raft-transfer-leader.js';
import { command as usage } from '../../../src/cli/commands/operator/usage-instances.js';
import { command as exportedServices } from '../../../src/cli/commands/services/exported-services.js';
import { command as servicesExport } from '../../../src/cli/commands/services/services-export.js';
import type { FlagValue } from '../../../src/gotext/flag-set.js';

export interface Heard {
  readonly name: string;
  readonly answer: number;
  readonly code: number;
  readonly said: string;
}

const COMMANDS: { readonly [name: string]: Command } = {
  'get-config': getConfig,
  'set-config': setConfig,
  state,
  'list-peers': listPeers,
  'transfer-leader': transferLeader,
  'usage instances': usage,
  'services export': servicesExport,
  'services exported-services': exportedServices,
  'auth-method read': methodRead,
  'binding-rule list': ruleList,
  'binding-rule update': ruleUpdate,
  'policy list': policyList,
  'policy update': policyUpdate,
  'role update': roleUpdate,
  'templated-policy list': templateList,
  'templated-policy read': templateRead,
  'token list': tokenList,
  'token read': tokenRead,
};

const RECORD = '00000000-0000-0000-0000-00000000dead';
const [address = '', answers = '0'] = process.argv.slice(2);
let said = '';
for (const stream of [process.stdout, process.stderr]) {
  stream.write = (text: unknown): boolean => {
    said += String(text);
    return true;
  };
}
for (const [name, command] of Object.entries(COMMANDS)) {
  for (let answer = 0; answer < Number(answers); answer += 1) {
    said = '';
    const options = new Options(
      new Map<string, FlagValue>([
        ['http-addr', address],
        ['token', String(answer)],
        ['accessor-id', RECORD],
        ['id', RECORD],
        ['name', 'x'],
        ['consumer-peers', 'east'],
        ['expanded', true],
      ]),
      [],
    );
    const code = await command.run(options).catch((error: unknown) => {
      said += String(error);
      return 2;
    });
    process.send?.({ name, answer, code, said } satisfies Heard);
  }
}
process.disconnect?.();
