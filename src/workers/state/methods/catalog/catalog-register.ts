// Catalog.Register and Catalog.Deregister: the server's rules in the order it judges them (spec/rpc.md, "Rules of single
// methods"), then one command.

import { uuidProblem } from '../../../../gotext/uuid.js';
import { CommandType, type DeregisterRequest, type RegisterRequest } from '../../../../wire/commands.js';
import type { CheckDefinition, CheckRecord, ServiceRecord } from '../../../../wire/records.js';
import { portsProblem, withDefaultPort } from '../../../../wire/service-ports.js';
import type { Authorizer } from '../../acl/access.js';
import { invalidServiceAddress, serviceProblems } from '../../records/proxy-rules.js';
import type { StoreReads } from '../../replica/store/read-api.js';
import type { WriteMethod } from '../contract/method.js';
import { denial, type Refusal, refusal } from '../contract/refusal.js';
import { changesNode, checkDenial, nodeDenial, ownerDenial, serviceDenial } from './catalog-rules.js';

/** The catalog takes it as {@link completed} makes it. */
export type Registration = Omit<RegisterRequest, 'Datacenter' | 'Token'>;

/** As the catalog wants it: all checks in one list, each with its node, its ID and its type; a service with its ID. */
export function completed(given: Registration): Registration {
  const { Node, Service, Check, Checks } = given;
  const checks = Check === null ? (Checks ?? []) : [...(Checks ?? []), Check];
  return {
    ID: given.ID,
    Node,
    Address: given.Address,
    TaggedAddresses: given.TaggedAddresses,
    NodeMeta: given.NodeMeta,
    Service: Service === null ? null : completedService(Service),
    Check: null,
    Checks: checks.length === 0 ? null : checks.map((check) => completedCheck(check, Node)),
    SkipNodeUpdate: given.SkipNodeUpdate,
    PeerName: given.PeerName,
    Locality: given.Locality,
    CreateIndex: 0,
    ModifyIndex: 0,
  };
}

function completedService(given: ServiceRecord): ServiceRecord {
  const service = withDefaultPort(given);
  return service.ID === '' ? { ...service, ID: service.Service } : service;
}

function completedCheck(given: CheckRecord, node: string): CheckRecord {
  const { Node, CheckID, Type } = given;
  if (Node !== '' && CheckID !== '' && Type !== '') return given;
  return {
    ...given,
    Node: Node === '' ? node : Node,
    CheckID: CheckID === '' ? given.Name : CheckID,
    Type: Type === '' ? typeOfDefinition(given.Definition) : Type,
  };
}

/** The Type that a check's own definition implies; "" when it has none. */
function typeOfDefinition(definition: CheckDefinition): string {
  if (definition.GRPC !== '') return 'grpc';
  if (definition.HTTP !== '') return 'http';
  if (definition.TTL > 0) return 'ttl';
  if (definition.TCP !== '') return 'tcp';
  if (definition.UDP !== '') return 'udp';
  if (definition.AliasNode !== '' || definition.AliasService !== '') return 'alias';
  if (definition.DockerContainerID !== '') return 'docker';
  if (definition.ScriptArgs !== null && definition.ScriptArgs.length > 0) return 'script';
  if (definition.H2PING !== '') return 'h2ping';
  return definition.OSService === '' ? '' : 'os_service';
}

export const catalogRegister: WriteMethod<Registration, true> = {
  name: 'Catalog.Register',
  decide({ store, datacenter }, registration, { token, authorizer }) {
    const { Node: node, Service: service } = registration;
    const problem = registrationProblem(registration);
    if (problem !== null) return refusal('failed', problem);
    const denied = authorizer.isUnlimited ? null : registrationDenial(authorizer, store, registration);
    if (denied !== null) return denied;
    const wrongCheck = checksProblem(store, registration);
    if (wrongCheck !== null) return refusal('failed', wrongCheck);
    // Written out: every registration of every agent comes this way, and a spread costs more than the rest of the rule.
    const body: RegisterRequest = {
      Datacenter: datacenter,
      Token: token,
      ID: registration.ID,
      Node: node,
      Address: registration.Address,
      TaggedAddresses: registration.TaggedAddresses,
      NodeMeta: registration.NodeMeta,
      Service: service,
      Check: registration.Check,
      Checks: registration.Checks,
      SkipNodeUpdate: registration.SkipNodeUpdate,
      PeerName: registration.PeerName,
      Locality: registration.Locality,
      CreateIndex: registration.CreateIndex,
      ModifyIndex: registration.ModifyIndex,
    };
    return {
      command: { type: CommandType.register, body },
      errorPrefix: 'raft apply failed: ',
      reply: () => true,
    };
  },
};

/** A service's token registers it on a node that it may not change: where the node stays as it is. */
function registrationDenial(authorizer: Authorizer, store: StoreReads, registration: Registration): Refusal | null {
  const { ID, Node, Service, Checks } = registration;
  const isOfNode = Service === null && Checks === null;
  if (isOfNode || changesNode(store.catalog.node(Node), registration)) {
    const denied = nodeDenial(authorizer, store, ID, Node);
    if (denied !== null) return denied;
  }
  if (Service !== null) {
    const denied = serviceDenial(authorizer, store, Node, Service.ID, Service.Service);
    if (denied !== null) return denied;
  }
  const coming = Service === null ? null : { id: Service.ID, name: Service.Service };
  for (const check of Checks ?? []) {
    const denied = checkDenial(authorizer, store, check, coming);
    if (denied !== null) return denied;
  }
  return null;
}

function registrationProblem({ PeerName, Node, Address, SkipNodeUpdate, ID, Service }: Registration): string | null {
  if (PeerName !== '') return 'Cannot register a service with a peer name';
  if (Node === '') return 'Must provide node';
  if (Address === '' && !SkipNodeUpdate) return 'Must provide address if SkipNodeUpdate is not set';
  const idProblem = ID === '' ? null : uuidProblem(ID);
  if (idProblem !== null) return `Bad node ID: ${idProblem}`;
  if (Service === null) return null;
  if (Service.Service === '') {
    const named = 'Must provide service name (Service.Service)';
    return Service.ID === '' ? named : `${named} when service ID is provided`;
  }
  if (invalidServiceAddress(Service.Address)) return 'Invalid service address';
  const ports = portsProblem(Service);
  return ports === null ? serviceProblems(Service) : `Invalid Ports: ${ports}`;
}

function checksProblem(store: StoreReads, registration: Registration): string | null {
  const { Node: node, Checks: checks } = registration;
  if (checks === null) return null;
  const isKnown = knownServices(store, registration);
  const wanted = node.toLowerCase();
  for (const check of checks) {
    if (check.Node.toLowerCase() !== wanted) {
      return `Node '${check.Node}' for check '${check.CheckID}' doesn't match register request node '${node}'`;
    }
    if (!isKnown(check)) return `Unknown service ID '${check.ServiceID}' for check ID '${check.CheckID}'`;
  }
  return null;
}

/** Tells whether a check is of the node, or of a service that is on it or comes with it. */
function knownServices(store: StoreReads, { Node, Service }: Registration): (check: CheckRecord) => boolean {
  return ({ ServiceID: id }) =>
    id === '' || Service?.ID === id || Service?.Service === id || store.catalog.nodeService(Node, id)?.ID === id;
}

export type Deregistration = Omit<DeregisterRequest, 'Datacenter' | 'Token'>;

/** Who may write the node may remove anything from it; else what is a service's is its token's to remove. */
function deregistrationRefusal(
  authorizer: Authorizer,
  store: StoreReads,
  { Node, ServiceID, CheckID }: Deregistration,
): Refusal | null {
  const denied = nodeDenial(authorizer, store, '', Node);
  if (denied === null || (ServiceID === '' && CheckID === '')) return denied;
  const { catalog } = store;
  if (ServiceID !== '') {
    const service = catalog.nodeService(Node, ServiceID);
    if (service === undefined) return refusal('failed', `Unknown service ID '${ServiceID}'`);
    return denial(authorizer, 'service:write', service.Service);
  }
  const check = catalog.check(Node, CheckID);
  return check === undefined ? refusal('failed', `Unknown check ID '${CheckID}'`) : ownerDenial(authorizer, check);
}

export const catalogDeregister: WriteMethod<Deregistration, true> = {
  name: 'Catalog.Deregister',
  decide({ store, datacenter }, deregistration, { token, authorizer }) {
    const { Node: node } = deregistration;
    if (node === '') return refusal('failed', 'Must provide node');
    const refused = deregistrationRefusal(authorizer, store, deregistration);
    if (refused !== null) return refused;
    const { ServiceID, CheckID, PeerName } = deregistration;
    const body: DeregisterRequest = {
      Datacenter: datacenter,
      Token: token,
      Node: node,
      ServiceID,
      CheckID,
      PeerName,
    };
    return {
      command: { type: CommandType.deregister, body },
      errorPrefix: 'raft apply failed: ',
      reply: () => true,
    };
  },
};
