// `lictor catalog services`: the names of services, of a datacenter or of one node.

import type { Command, Options } from '../../command/command.js';
import { fail, print } from '../../command/command.js';
import { formatTable } from '../../command/table.js';
import { connect, serverQuery } from '../../http/client.js';
import { CLIENT_FLAGS, NAMESPACE_FLAG, PARTITION_FLAG, SERVER_FLAGS } from '../../http/flags.js';

type Services = { readonly [name: string]: readonly string[] };
interface NodeServices {
  readonly Services: {
    readonly [id: string]: { readonly Service: string; readonly Tags: readonly string[] | null };
  };
}

export const command: Command = {
  usage: 'catalog services [options]',
  about: 'Lists the services of a datacenter, all or those of a node.',
  flags: [
    ...CLIENT_FLAGS,
    ...SERVER_FLAGS,
    NAMESPACE_FLAG,
    PARTITION_FLAG,
    { name: 'node', kind: 'string', usage: 'Only services of this node.' },
    { name: 'node-meta', kind: 'pairs', usage: 'Only services of nodes with this key=value; may be repeated.' },
    { name: 'tags', kind: 'bool', usage: 'Tags too.' },
  ],
  async run(options: Options): Promise<number> {
    if (options.words.length > 0) return fail(`Too many arguments (expected 0, got ${options.words.length})`);
    const found = await query(options);
    if (!found.ok) return fail(found.error);
    const names = Object.keys(found.services).sort();
    if (names.length === 0) {
      process.stderr.write('No services match the given query - try expanding your search.\n');
      return 0;
    }
    if (options.isOn('tags')) {
      print(formatTable(names.map((name) => [name, [...(found.services[name] ?? [])].sort().join(',')])));
    } else {
      for (const name of names) print(name);
    }
    return 0;
  },
};

async function query(options: Options): Promise<{ ok: true; services: Services } | { ok: false; error: string }> {
  const connected = connect(options);
  if (!connected.ok) return { ok: false, error: `Error connecting to Consul agent: ${connected.error}` };
  const node = options.text('node');
  const common = serverQuery(options);
  if (node === '') {
    const meta = options.pairs('node-meta').map(([key, value]) => ['node-meta', `${key}:${value}`] as const);
    const answer = await connected.client.json<Services>('/v1/catalog/services', [...common, ...meta]);
    return answer.ok
      ? { ok: true, services: answer.value }
      : { ok: false, error: `Error listing services: ${answer.error}` };
  }
  const path = `/v1/catalog/node/${encodeURIComponent(node)}`;
  const answer = await connected.client.json<NodeServices | null>(path, common);
  if (!answer.ok) return { ok: false, error: `Error listing services: ${answer.error}` };
  const services: { [name: string]: readonly string[] } = {};
  for (const { Service, Tags } of Object.values(answer.value?.Services ?? {})) {
    services[Service] = [...new Set([...(services[Service] ?? []), ...(Tags ?? [])])];
  }
  return { ok: true, services };
}
