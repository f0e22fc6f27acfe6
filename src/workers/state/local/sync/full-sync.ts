// Compares everything here with everything the catalog has of this node (spec/agent.md section 2, "Full sync"), in slices, so
// that 50,000 services never hold the thread. The writes it finds necessary are the next partial sync's.

import type { Logger } from '../../../../observe/logger.js';
import { SERF_HEALTH, SERVER_SERVICE } from '../../../../wire/leader-registration.js';
import type { CheckRecord, NodeRecord, ServiceRecord } from '../../../../wire/records.js';
import type { Calls } from '../../calls/calls.js';
import { isRefusal } from '../../methods/contract/refusal.js';
import type { ServiceEntry } from '../state/entries.js';
import { sameCheck, sameCheckButOutput, sameContent, sameService } from '../state/equality.js';
import type { LocalState } from '../state/local-state.js';
import type { NodeFacts } from '../state/node-facts.js';
import { readNode } from './catalog-access.js';
import type { SyncTokens } from './sync-requests.js';

/** Comparisons in one go, about a millisecond of work. */
const SLICE = 500;
/** Addresses under such names are the servers' to give (virtual IPs). */
const ADOPTED_ADDRESS_PREFIX = 'consul-';

interface FullSyncOptions {
  readonly state: LocalState;
  readonly calls: Calls;
  readonly logger: Logger;
  readonly node: () => NodeFacts;
  readonly tokens: Pick<SyncTokens, 'agent'>;
}

function sameNode(record: NodeRecord, node: NodeFacts): boolean {
  return (
    record.ID.toLowerCase() === node.id.toLowerCase() &&
    sameContent(record.TaggedAddresses, node.taggedAddresses) &&
    sameContent(record.Meta, node.meta) &&
    sameContent(record.Locality, node.locality)
  );
}

async function inSlices<T>(items: Iterable<T>, visit: (item: T) => void): Promise<void> {
  let count = 0;
  for (const item of items) {
    visit(item);
    count += 1;
    if (count % SLICE === 0) await new Promise((resolve) => setImmediate(resolve));
  }
}

/** A check with the name and tags of its service: what the catalog makes of it when it is written. */
function underService(check: CheckRecord, service: ServiceEntry | undefined): CheckRecord {
  if (!service) return check;
  const { Service: ServiceName, Tags: ServiceTags } = service.definition;
  return { ...check, ServiceName, ServiceTags };
}

/** What the local definition becomes by what the catalog may decide about it. */
function adopted(entry: ServiceEntry, remote: ServiceRecord): ServiceRecord {
  let { definition } = entry;
  if (definition.EnableTagOverride && !sameContent(definition.Tags, remote.Tags)) {
    definition = { ...definition, Tags: remote.Tags };
  }
  for (const [name, address] of Object.entries(remote.TaggedAddresses ?? {})) {
    if (!name.startsWith(ADOPTED_ADDRESS_PREFIX)) continue;
    if (sameContent(definition.TaggedAddresses?.[name], address)) continue;
    definition = { ...definition, TaggedAddresses: { ...definition.TaggedAddresses, [name]: address } };
  }
  return definition;
}

export class FullSync {
  readonly #options: FullSyncOptions;

  constructor(options: FullSyncOptions) {
    this.#options = options;
  }

  /** Marks what differs; the error that kept it from doing so, or null. No write may be on its way meanwhile. */
  async run(): Promise<string | null> {
    const { calls, state } = this.#options;
    const node = this.#options.node();
    const remote = await readNode(calls, node.datacenter, node.name, this.#options.tokens.agent);
    if (isRefusal(remote)) return remote.text;
    if (remote === null || !sameNode(remote.node, node)) state.nodeInfoInSync = false;
    await this.#services(remote?.services ?? []);
    await this.#checks(remote?.checks ?? []);
    return null;
  }

  async #services(remote: readonly ServiceRecord[]): Promise<void> {
    const { state } = this.#options;
    const byId = new Map(remote.map((service) => [service.ID, service]));
    await inSlices([...state.allServices.values()], (entry) => {
      if (byId.has(entry.id)) return;
      if (entry.deleted) state.serviceForgotten(entry.id);
      else {
        entry.inSync = false;
        state.noteService(entry.id);
      }
    });
    await inSlices(remote, (service) => {
      const entry = state.allServices.get(service.ID);
      if (!entry) {
        if (service.ID !== SERVER_SERVICE) state.expelService(service);
        return;
      }
      if (entry.deleted) {
        state.noteService(entry.id);
        return;
      }
      const definition = adopted(entry, service);
      const current = definition === entry.definition ? entry : state.adoptDefinition(entry, definition);
      current.inSync = sameService(current.definition, service);
      if (!current.inSync) state.noteService(current.id);
    });
  }

  async #checks(remote: readonly CheckRecord[]): Promise<void> {
    const { state, logger } = this.#options;
    const byId = new Map(remote.map((check) => [check.CheckID, check]));
    await inSlices([...state.allChecks.values()], (entry) => {
      if (byId.has(entry.id)) return;
      if (entry.deleted) state.checkForgotten(entry.id);
      else {
        entry.inSync = false;
        state.noteCheck(entry.id);
      }
    });
    await inSlices(remote, (check) => {
      const entry = state.allChecks.get(check.CheckID);
      if (!entry) {
        if (check.CheckID !== SERF_HEALTH) state.expelCheck(check);
        else logger.debug('Skipping remote check since it is managed automatically', 'check', SERF_HEALTH);
        return;
      }
      if (entry.deleted) {
        state.noteCheck(entry.id);
        return;
      }
      const same = entry.deferTimer === null ? sameCheck : sameCheckButOutput;
      // A service that is registered again without its check leaves it with the former name and tags here, and the catalog
      // gives it the new ones when it is written next.
      entry.inSync =
        same(entry.check, check) || same(underService(entry.check, state.service(entry.check.ServiceID)), check);
      if (!entry.inSync) state.noteCheck(entry.id);
    });
  }
}
