// `lictor services export`: adds peers to whom a service is exported to the one entry of `exported-services`.

import { decodeEntry } from '../../../wire/config-entries/decode.js';
import { type EntryOf, emptyEntry } from '../../../wire/config-entries/entries.js';
import { entryJson } from '../../../wire/config-entries/json.js';
import type { Command, Options } from '../../command/command.js';
import { fail, print } from '../../command/command.js';
import { type Client, connect, type Parsed, parsed } from '../../http/client.js';
import { CLIENT_FLAGS, NAMESPACE_FLAG, PARTITION_FLAG } from '../../http/flags.js';

type Entry = EntryOf<'exported-services'>;

const KIND = 'exported-services';
/** There is but one partition. */
const NAME = 'default';
/** Somebody else may change the entry at the same time, but not each time. */
const TRIES = 5;

export const command: Command = {
  usage: 'services export [options] -name <service name> -consumer-peers <other cluster name>',
  about: 'Exports a service to peers, beside those that have it already.',
  flags: [
    ...CLIENT_FLAGS,
    NAMESPACE_FLAG,
    PARTITION_FLAG,
    { name: 'consumer-partitions', kind: 'string', usage: 'Refused: for editions with partitions.' },
    { name: 'consumer-peers', kind: 'string', usage: 'Names of the peers, with commas between them.' },
    { name: 'name', kind: 'string', usage: 'Name of the service; * for all.' },
  ],
  async run(options: Options): Promise<number> {
    const service = options.text('name');
    if (service === '') return fail('Missing the required -name flag');
    if (options.text('consumer-partitions') !== '') return fail('Admin partitions are a Consul Enterprise feature');
    const peers = options
      .text('consumer-peers')
      .split(',')
      .map((peer) => peer.trim())
      .filter((peer) => peer !== '');
    if (peers.length === 0) return fail('Missing the required -consumer-peers flag');
    const connected = connect(options);
    if (!connected.ok) return fail(`Error connecting to Consul agent: ${connected.error}`);
    const written = await exportTo(connected.client, service, peers);
    if (!written.ok) return fail(`Error exporting service ${JSON.stringify(service)}: ${written.error}`);
    print(`Exported service: ${service} => ${peers.join(', ')}`);
    return 0;
  },
};

async function exportTo(client: Client, service: string, peers: readonly string[]): Promise<Parsed<null>> {
  for (let tried = 0; tried < TRIES; tried += 1) {
    const stored = await read(client);
    if (!stored.ok) return stored;
    const entry = withConsumers(stored.value, service, peers);
    if (entry === stored.value) return { ok: true, value: null };
    const answer = await client.put('/v1/config', [['cas', String(entry.ModifyIndex)]], entryJson(entry));
    if (!answer.ok) return answer;
    if (answer.body.toString('utf8').trim() === 'true') return { ok: true, value: null };
  }
  return { ok: false, error: 'the config entry is changed by others all the time' };
}

/** A new one where there is none. */
async function read(client: Client): Promise<Parsed<Entry>> {
  const answer = await client.get(`/v1/config/${KIND}/${NAME}`, [], true);
  if (!answer.ok) return answer;
  if (answer.status === 404) return { ok: true, value: emptyEntry(KIND, NAME) };
  const body = parsed<Parameters<typeof decodeEntry>[0]>(answer);
  if (!body.ok) return body;
  const decoded = decodeEntry(body.value);
  if (!decoded.ok) return decoded;
  const { entry } = decoded;
  return entry.Kind === KIND ? { ok: true, value: entry } : { ok: false, error: `unexpected kind ${entry.Kind}` };
}

/** `entry` itself where all of them have the service already. */
function withConsumers(entry: Entry, service: string, peers: readonly string[]): Entry {
  const services = entry.Services ?? [];
  const known = services.find(({ Name }) => Name === service);
  const consumers = known?.Consumers ?? [];
  const news = [...new Set(peers)].filter((peer) => !consumers.some(({ Peer }) => Peer === peer));
  if (news.length === 0) return entry;
  const Consumers = [...consumers, ...news.map((Peer) => ({ Partition: '', Peer, SamenessGroup: '' }))];
  const changed = { ...(known ?? { Name: service, Namespace: '' }), Consumers };
  const Services =
    known === undefined ? [...services, changed] : services.map((one) => (one === known ? changed : one));
  return { ...entry, Services };
}
