// The Deregister command: a service, a check or a whole node. What is absent is as good as deregistered: nothing changes
// (spec/fsm.md, section 6, "Deregister").

import type { DeregisterRequest } from '../../../../wire/commands.js';
import { joinKey, keyPart } from '../store/tables/table-key.js';
import type { PeerCatalog, Tables } from '../store/tables/tables.js';
import { deleteCheck } from './check-session-write.js';
import { deleteNode } from './node-write.js';
import { deleteService } from './service-write.js';

export function deregister(tables: Tables, request: DeregisterRequest): void {
  const at = tables.findCatalog(request.PeerName);
  if (!at) return;
  if (request.ServiceID !== '') deregisterService(tables, at, request.Node, request.ServiceID);
  else if (request.CheckID !== '') deregisterCheck(tables, at, request.Node, request.CheckID);
  else deregisterNode(tables, at, request.Node);
}

export function deregisterService(tables: Tables, at: PeerCatalog, nodeName: string, serviceId: string): void {
  const node = at.catalog.findNode(nodeName);
  if (!node) return;
  const row = at.catalog.services.get(joinKey(node.key, keyPart(serviceId)));
  if (row) deleteService(tables, at, row, node);
}

export function deregisterCheck(tables: Tables, at: PeerCatalog, nodeName: string, checkId: string): void {
  const row = at.catalog.checks.get(joinKey(keyPart(nodeName), keyPart(checkId)));
  if (row) deleteCheck(tables, at, row);
}

export function deregisterNode(tables: Tables, at: PeerCatalog, nodeName: string): void {
  const node = at.catalog.findNode(nodeName);
  if (node) deleteNode(tables, at, node);
}
