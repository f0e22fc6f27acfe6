// The Register command: node, service and checks in one transaction (spec/fsm.md, section 6, "Register").

import type { RegisterRequest } from '../../../../wire/commands.js';
import type { CheckRecord, NodeRecord } from '../../../../wire/records.js';
import { isSameService } from '../store/same-service.js';
import { sameValue } from '../store/same-value.js';
import { joinKey, keyPart } from '../store/tables/table-key.js';
import type { PeerCatalog, Tables } from '../store/tables/tables.js';
import { writeCheck } from './check-session-write.js';
import { writeNode } from './node-write.js';
import type { Refusal } from './refusals/refusal.js';
import { writeService } from './service-write.js';

const SEVERAL_PEERS = 'Cannot register services and checks for multiple peer names in one registration request';

/** The node part of a registration as a record. */
export function nodeOf(request: RegisterRequest): NodeRecord {
  return {
    ID: request.ID,
    Node: request.Node,
    Address: request.Address,
    Datacenter: request.Datacenter,
    Partition: '',
    PeerName: request.PeerName,
    TaggedAddresses: request.TaggedAddresses,
    Meta: request.NodeMeta,
    Locality: request.Locality,
    CreateIndex: request.CreateIndex,
    ModifyIndex: request.ModifyIndex,
  };
}

function changesNode(request: RegisterRequest, stored: NodeRecord): boolean {
  return (
    request.ID !== stored.ID ||
    request.Node.toLowerCase() !== stored.Node.toLowerCase() ||
    request.Address !== stored.Address ||
    request.Datacenter !== stored.Datacenter ||
    !sameValue(request.TaggedAddresses, stored.TaggedAddresses) ||
    !sameValue(request.NodeMeta, stored.Meta) ||
    !sameValue(request.Locality, stored.Locality)
  );
}

function namesOnePeer(request: RegisterRequest): boolean {
  const belongs = (peer: string): boolean => peer === '' || peer === request.PeerName;
  if (request.Service && !belongs(request.Service.PeerName)) return false;
  if (request.Check && !belongs(request.Check.PeerName)) return false;
  return !request.Checks?.some((check) => !belongs(check.PeerName));
}

function writeServiceOf(tables: Tables, at: PeerCatalog, request: RegisterRequest): Refusal {
  if (!request.Service) return null;
  const service =
    request.Service.PeerName === request.PeerName
      ? request.Service
      : { ...request.Service, PeerName: request.PeerName };
  const stored = at.catalog.services.get(joinKey(keyPart(request.Node), keyPart(service.ID)));
  if (stored && isSameService(stored.record, service)) return null;
  const refusal = writeService(tables, at, request.Node, service);
  return refusal === null ? null : `failed inserting service: ${refusal}`;
}

function writeCheckOf(tables: Tables, at: PeerCatalog, request: RegisterRequest, check: CheckRecord): Refusal {
  if (check.Node.toLowerCase() !== request.Node.toLowerCase()) {
    return `check node "${check.Node}" does not match node "${request.Node}"`;
  }
  const named = check.PeerName === request.PeerName ? check : { ...check, PeerName: request.PeerName };
  const refusal = writeCheck(tables, at, named);
  return refusal === null ? null : `failed inserting check: ${refusal}`;
}

export function register(tables: Tables, request: RegisterRequest): Refusal {
  if (!namesOnePeer(request)) return SEVERAL_PEERS;
  const at = tables.catalogOf(request.PeerName);
  const stored = at.catalog.findNode(request.Node);
  if (!stored || (!request.SkipNodeUpdate && changesNode(request, stored.record))) {
    const refusal = writeNode(tables, at, nodeOf(request));
    if (refusal !== null) return refusal;
  }
  const refusal = writeServiceOf(tables, at, request);
  if (refusal !== null) return refusal;
  if (request.Check) {
    const checkRefusal = writeCheckOf(tables, at, request, request.Check);
    if (checkRefusal !== null) return checkRefusal;
  }
  for (const check of request.Checks ?? []) {
    const checkRefusal = writeCheckOf(tables, at, request, check);
    if (checkRefusal !== null) return checkRefusal;
  }
  return null;
}
