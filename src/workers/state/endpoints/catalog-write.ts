// PUT /v1/catalog/register and /deregister: from the body to the request of the method.

import type { DecodedBy } from '../../../gotext/json-decode.js';
import type { CheckDefinition, CheckRecord, ServiceRecord } from '../../../wire/records.js';
import type { Calls } from '../calls/calls.js';
import { jsonBody } from '../http/body-format.js';
import type { EndpointTable } from '../http/endpoint.js';
import { action } from '../http/operation.js';
import { json, type Reply, refused } from '../http/reply.js';
import type { ApiRequest } from '../http/request.js';
import { catalogDeregister, catalogRegister, type Registration } from '../methods/catalog-register.js';
import { isRefusal } from '../methods/refusal.js';
import type { checkBody } from '../records/bodies.js';
import { deregisterBody, registerBody, STRICT, type serviceBody } from '../records/bodies.js';

const TRUE = json('true');
const WRITE = { acl: ['node:write', 'service:write'], answer: 'boolean' } as const;

export function catalogWrites(calls: Calls): EndpointTable {
  return [
    {
      path: '/v1/catalog/register',
      answeredBy: 'servers',
      methods: {
        PUT: action({
          ...WRITE,
          summary: 'Registers a node, a service on it, and checks',
          body: jsonBody(registerBody, { options: STRICT }),
          run: (request, _values, body) => register(calls, request, body),
        }),
      },
    },
    {
      path: '/v1/catalog/deregister',
      answeredBy: 'servers',
      methods: {
        PUT: action({
          ...WRITE,
          summary: 'Removes a check, a service, or a node with all that is on it',
          body: jsonBody(deregisterBody, { options: STRICT }),
          run: (request, _values, body) => deregister(calls, request, body),
        }),
      },
    },
  ];
}

type GivenService = DecodedBy<typeof serviceBody>;
type GivenCheck = DecodedBy<typeof checkBody>;
type GivenRegistration = DecodedBy<typeof registerBody>;

/** The body's datacenter counts when the query names none. */
function datacenterOf(request: ApiRequest, given: string): string {
  return given === '' || request.namesDatacenter ? request.datacenter : given;
}

async function register(calls: Calls, request: ApiRequest, given: GivenRegistration): Promise<Reply> {
  const datacenter = datacenterOf(request, given.Datacenter);
  const outcome = await calls.write(catalogRegister, registration(given), datacenter, request.asker);
  return isRefusal(outcome) ? refused(outcome) : TRUE;
}

function registration(given: GivenRegistration): Registration {
  const checks = [...(given.Checks ?? []), given.Check].filter((check) => check !== null);
  return {
    ID: given.ID,
    Node: given.Node,
    Address: given.Address,
    TaggedAddresses: given.TaggedAddresses,
    NodeMeta: given.NodeMeta,
    Service: given.Service === null ? null : serviceRecord(given.Service),
    Check: null,
    Checks: checks.length === 0 ? null : checks.map((check) => checkRecord(given, check)),
    SkipNodeUpdate: given.SkipNodeUpdate,
    PeerName: given.PeerName,
    Locality: given.Locality,
    CreateIndex: 0,
    ModifyIndex: 0,
  };
}

function serviceRecord(given: GivenService): ServiceRecord {
  return {
    ...given,
    ID: given.ID === '' ? given.Service : given.ID,
    Connect: { Native: given.Connect.Native, PeerMeta: null, SidecarService: null },
    LocallyRegisteredAsSidecar: false,
    CreateIndex: 0,
    ModifyIndex: 0,
  };
}

function checkRecord(given: GivenRegistration, check: GivenCheck): CheckRecord {
  return {
    ...check,
    Node: check.Node === '' ? given.Node : check.Node,
    CheckID: check.CheckID === '' ? check.Name : check.CheckID,
    Type: check.Type === '' ? typeOfDefinition(check.Definition) : check.Type,
    CreateIndex: 0,
    ModifyIndex: 0,
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

async function deregister(
  calls: Calls,
  request: ApiRequest,
  { Datacenter, Node, ServiceID, CheckID, PeerName }: DecodedBy<typeof deregisterBody>,
): Promise<Reply> {
  const deregistration = { Node, ServiceID, CheckID, PeerName };
  const datacenter = datacenterOf(request, Datacenter);
  const outcome = await calls.write(catalogDeregister, deregistration, datacenter, request.asker);
  return isRefusal(outcome) ? refused(outcome) : TRUE;
}
