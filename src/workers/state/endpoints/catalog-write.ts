// PUT /v1/catalog/register and /deregister: from the body to the request of the method.

import { type DecodedBy, decodeJson } from '../../../gotext/json-decode.js';
import type { CheckDefinition, CheckRecord, ServiceRecord } from '../../../wire/records.js';
import type { Calls } from '../calls/calls.js';
import type { EndpointTable } from '../http/endpoint.js';
import { json, type Reply, refused, text } from '../http/reply.js';
import type { ApiRequest } from '../http/request.js';
import { catalogDeregister, catalogRegister, type Registration } from '../methods/catalog-register.js';
import { isRefusal } from '../methods/refusal.js';
import type { checkBody } from '../records/bodies.js';
import { deregisterBody, registerBody, STRICT, type serviceBody } from '../records/bodies.js';

const MAX_BODY = 2 * 1024 * 1024;
const TRUE = json('true');

export function catalogWrites(calls: Calls): EndpointTable {
  const row = { answeredBy: 'servers', acl: ['node:write', 'service:write'] } as const;
  return [
    { ...row, path: '/v1/catalog/register', methods: { PUT: (request) => register(calls, request) } },
    { ...row, path: '/v1/catalog/deregister', methods: { PUT: (request) => deregister(calls, request) } },
  ];
}

type GivenService = DecodedBy<typeof serviceBody>;
type GivenCheck = DecodedBy<typeof checkBody>;
type GivenRegistration = DecodedBy<typeof registerBody>;

/** The body's datacenter counts when the query names none. */
function datacenterOf(request: ApiRequest, given: string): string {
  return given === '' || request.query.first('dc') !== '' ? request.datacenter : given;
}

async function register(calls: Calls, request: ApiRequest): Promise<Reply> {
  const body = await request.body(MAX_BODY);
  if (!body.ok) return body.reply;
  const decoded = decodeJson(Buffer.from(body.bytes).toString(), registerBody, STRICT);
  if (!decoded.ok) return text(400, `Request decode failed: ${decoded.error}`);
  const datacenter = datacenterOf(request, decoded.value.Datacenter);
  const outcome = await calls.write(catalogRegister, registration(decoded.value), datacenter, request.asker);
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

async function deregister(calls: Calls, request: ApiRequest): Promise<Reply> {
  const body = await request.body(MAX_BODY);
  if (!body.ok) return body.reply;
  const decoded = decodeJson(Buffer.from(body.bytes).toString(), deregisterBody, STRICT);
  if (!decoded.ok) return text(400, `Request decode failed: ${decoded.error}`);
  const { Datacenter, Node, ServiceID, CheckID, PeerName } = decoded.value;
  const deregistration = { Node, ServiceID, CheckID, PeerName };
  const datacenter = datacenterOf(request, Datacenter);
  const outcome = await calls.write(catalogDeregister, deregistration, datacenter, request.asker);
  return isRefusal(outcome) ? refused(outcome) : TRUE;
}
