// `lictor maint`: takes the agent's node or one of its services out of service and back, or shows what is out.

import { quote } from '../../gotext/quote.js';
import { compareUtf8 } from '../../gotext/utf8-order.js';
import type { Command, Options } from '../command/command.js';
import { fail, print } from '../command/command.js';
import type { Client } from '../http/client.js';
import { connect } from '../http/client.js';
import { CLIENT_FLAGS } from '../http/flags.js';
import { ownNode } from '../http/own-node.js';

interface Check {
  readonly CheckID: string;
  readonly ServiceID: string;
  readonly Notes: string;
}

const NODE_CHECK = '_node_maintenance';
const SERVICE_CHECK_PREFIX = '_service_maintenance:';

export const command: Command = {
  usage: 'maint [options]',
  about:
    "Takes the agent's node, or one of its services, out of service for a while: DNS and queries for healthy instances\n" +
    'leave it out. Without -enable and -disable it shows what is out of service.',
  flags: [
    ...CLIENT_FLAGS,
    { name: 'disable', kind: 'bool', usage: 'Back into service.' },
    { name: 'enable', kind: 'bool', usage: 'Out of service.' },
    { name: 'reason', kind: 'string', usage: 'Why, for whoever looks; with -enable.' },
    { name: 'service', kind: 'string', usage: 'ID of a service of the agent, instead of the node.' },
  ],
  async run(options: Options): Promise<number> {
    const problem = conflict(options);
    if (problem !== null) return fail(problem);
    const connected = connect(options);
    if (!connected.ok) return fail(`Error connecting to Consul agent: ${connected.error}`);
    const { client } = connected;
    const self = await ownNode(client);
    if (!self.ok) return fail(`Error querying Consul agent: ${self.error}`);
    if (options.isOn('enable') || options.isOn('disable')) return change(options, client);
    return show(client, self.value.name);
  },
};

function conflict(options: Options): string | null {
  const enable = options.isOn('enable');
  const disable = options.isOn('disable');
  if (enable && disable) return 'Only one of -enable or -disable may be provided';
  if (options.text('reason') !== '' && !enable) return 'Reason may only be provided with -enable';
  if (options.text('service') !== '' && !enable && !disable) return 'Service requires either -enable or -disable';
  return null;
}

async function change(options: Options, client: Client): Promise<number> {
  const service = options.text('service');
  const enable = options.isOn('enable');
  const kind = service === '' ? 'Node' : 'Service';
  const path = service === '' ? 'maintenance' : `service/maintenance/${encodeURIComponent(service)}`;
  const answer = await client.put(`/v1/agent/${path}`, [
    ['enable', String(enable)],
    ...(options.text('reason') === '' ? [] : [['reason', options.text('reason')] as const]),
  ]);
  if (!answer.ok) {
    return fail(`Error ${enable ? 'enabling' : 'disabling'} ${kind.toLowerCase()} maintenance: ${answer.error}`);
  }
  const whose = service === '' ? '' : ` for ${quote(service)}`;
  print(`${kind} maintenance is now ${enable ? 'enabled' : 'disabled'}${whose}`);
  return 0;
}

async function show(client: Client, node: string): Promise<number> {
  const answer = await client.json<{ readonly [id: string]: Check }>('/v1/agent/checks');
  if (!answer.ok) return fail(`Error getting checks: ${answer.error}`);
  // The node's own comes before those of services.
  for (const { CheckID, ServiceID, Notes } of Object.values(answer.value).sort(byId)) {
    if (CheckID === NODE_CHECK) print(`Node:\n  Name:   ${node}\n  Reason: ${Notes}\n`);
    else if (CheckID.startsWith(SERVICE_CHECK_PREFIX)) print(`Service:\n  ID:     ${ServiceID}\n  Reason: ${Notes}\n`);
  }
  return 0;
}

function byId(a: Check, b: Check): number {
  return compareUtf8(a.CheckID, b.CheckID);
}
