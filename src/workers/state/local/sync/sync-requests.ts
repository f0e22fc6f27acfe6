// The requests by which anti-entropy writes this node's part of the catalog (spec/agent.md section 2, table "Write").

import type { CheckRecord, ServiceRecord } from '../../../../wire/records.js';
import type { Deregistration, Registration } from '../../methods/catalog/catalog-register.js';
import type { NodeFacts } from '../state/node-facts.js';

/** The agent's own secrets, as they are now; "" = anonymous. */
export interface SyncTokens {
  /** For what the agent does in its own name. */
  readonly agent: string;
  readonly default: string;
  /** Of entries that come from files. */
  readonly configFileRegistration: string;
}

/** Secret to register an entry with: its own, else the one of its kind. */
export function registrationToken(
  entry: { readonly token: string; readonly fromConfigFile: boolean },
  tokens: SyncTokens,
): string {
  if (entry.token !== '') return entry.token;
  return entry.fromConfigFile ? tokens.configFileRegistration : tokens.default;
}

export interface Registered {
  readonly service: ServiceRecord | null;
  readonly checks: readonly CheckRecord[];
  readonly skipNodeUpdate: boolean;
}

export function registration(node: NodeFacts, registered: Registered): Registration {
  const { service, checks, skipNodeUpdate } = registered;
  return {
    ID: node.id,
    Node: node.name,
    Address: node.address,
    TaggedAddresses: node.taggedAddresses,
    NodeMeta: node.meta,
    Service: service,
    Check: checks.length === 1 ? (checks[0] ?? null) : null,
    Checks: checks.length > 1 ? checks : null,
    SkipNodeUpdate: skipNodeUpdate,
    PeerName: '',
    Locality: node.locality,
    CreateIndex: 0,
    ModifyIndex: 0,
  };
}

export function deregistration(
  node: NodeFacts,
  what: { readonly serviceId: string } | { readonly checkId: string },
): Deregistration {
  const ids =
    'serviceId' in what ? { ServiceID: what.serviceId, CheckID: '' } : { ServiceID: '', CheckID: what.checkId };
  return { Node: node.name, ...ids, PeerName: '' };
}
