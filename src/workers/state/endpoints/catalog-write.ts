// PUT /v1/catalog/register and /deregister: the server's rules in the order it judges them (spec/rpc.md, "Rules of single
// methods"), then one command.

import { type DecodedBy, decodeJson } from '../../../gotext/json-decode.js';
import { uuidProblem } from '../../../gotext/uuid.js';
import { CommandType, type RegisterRequest } from '../../../wire/commands.js';
import type { CheckDefinition, CheckRecord, ServiceRecord } from '../../../wire/records.js';
import { type ApiRequest, type EndpointTable, json, type Reply, text } from '../http/endpoint.js';
import type { checkBody } from '../records/bodies.js';
import { deregisterBody, registerBody, STRICT, type serviceBody } from '../records/bodies.js';
import { invalidServiceAddress, serviceProblems } from '../records/proxy-rules.js';
import type { StoreReads } from '../store/read-api.js';
import type { Writes } from './writes.js';

export interface CatalogWriteDependencies {
  readonly store: StoreReads;
  readonly writes: Writes;
}

const MAX_BODY = 2 * 1024 * 1024;
const TRUE = json('true');

export function catalogWrites(dependencies: CatalogWriteDependencies): EndpointTable {
  return [
    {
      path: '/v1/catalog/register',
      answeredBy: 'servers',
      acl: 'node:write,service:write',
      methods: { PUT: (request) => register(dependencies, request) },
    },
    {
      path: '/v1/catalog/deregister',
      answeredBy: 'servers',
      acl: 'node:write,service:write',
      methods: { PUT: (request) => deregister(dependencies, request) },
    },
  ];
}

type GivenService = DecodedBy<typeof serviceBody>;
type GivenCheck = DecodedBy<typeof checkBody>;
type GivenRegistration = DecodedBy<typeof registerBody>;

/** The body's datacenter counts when the query names none. */
function refuseDatacenter(writes: Writes, request: ApiRequest, given: string): Reply | null {
  if (given !== '' && given !== writes.datacenter && request.query.first('dc') === '') {
    return text(500, 'No path to datacenter');
  }
  return writes.refuseDatacenter(request);
}

async function register(dependencies: CatalogWriteDependencies, request: ApiRequest): Promise<Reply> {
  const { store, writes } = dependencies;
  const body = await request.body(MAX_BODY);
  if (!body.ok) return body.reply;
  const decoded = decodeJson(Buffer.from(body.bytes).toString(), registerBody, STRICT);
  if (!decoded.ok) return text(400, `Request decode failed: ${decoded.error}`);
  const given = decoded.value;
  const refused = refuseDatacenter(writes, request, given.Datacenter);
  if (refused) return refused;
  const problem = registrationProblem(given);
  if (problem !== null) return text(500, problem);
  const checks = checksOf(given);
  // Whether a check's service is known is asked of the store.
  const leaderless = checks.length === 0 ? null : await writes.refuseLeaderless();
  if (leaderless) return leaderless;
  for (const check of checks) {
    if (check.Node.toLowerCase() !== given.Node.toLowerCase()) {
      return text(
        500,
        `Node '${check.Node}' for check '${check.CheckID}' doesn't match register request node '${given.Node}'`,
      );
    }
    if (!serviceKnown(store, given, check.ServiceID)) {
      return text(500, `Unknown service ID '${check.ServiceID}' for check ID '${check.CheckID}'`);
    }
  }
  const outcome = await writes.commit(
    { type: CommandType.register, body: registration(given, checks, writes.datacenter, request.identity.token) },
    'raft apply failed: ',
  );
  return outcome.ok ? TRUE : outcome.reply;
}

function registrationProblem(given: GivenRegistration): string | null {
  if (given.PeerName !== '') return 'Cannot register a service with a peer name';
  if (given.Node === '') return 'Must provide node';
  if (given.Address === '' && !given.SkipNodeUpdate) return 'Must provide address if SkipNodeUpdate is not set';
  const idProblem = given.ID === '' ? null : uuidProblem(given.ID);
  if (idProblem !== null) return `Bad node ID: ${idProblem}`;
  const { Service: service } = given;
  if (service === null) return null;
  if (service.Service === '') {
    const named = 'Must provide service name (Service.Service)';
    return service.ID === '' ? named : `${named} when service ID is provided`;
  }
  if (invalidServiceAddress(service.Address)) return 'Invalid service address';
  return serviceProblems(serviceRecord(service));
}

function checksOf(given: GivenRegistration): CheckRecord[] {
  const all = [...(given.Checks ?? []), given.Check].filter((check) => check !== null);
  return all.map((check) => checkRecord(given, check));
}

function serviceKnown(store: StoreReads, given: GivenRegistration, serviceId: string): boolean {
  if (serviceId === '' || given.Service?.ID === serviceId || given.Service?.Service === serviceId) return true;
  const node = store.catalog.nodeServices(given.Node).value;
  return node?.services.some((service) => service.ID === serviceId) ?? false;
}

function registration(
  given: GivenRegistration,
  checks: readonly CheckRecord[],
  datacenter: string,
  token: string,
): RegisterRequest {
  return {
    Datacenter: datacenter,
    Token: token,
    ID: given.ID,
    Node: given.Node,
    Address: given.Address,
    TaggedAddresses: given.TaggedAddresses,
    NodeMeta: given.NodeMeta,
    Service: given.Service === null ? null : serviceRecord(given.Service),
    Check: null,
    Checks: checks.length === 0 ? null : checks,
    SkipNodeUpdate: given.SkipNodeUpdate,
    PeerName: '',
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

async function deregister(dependencies: CatalogWriteDependencies, request: ApiRequest): Promise<Reply> {
  const { writes } = dependencies;
  const body = await request.body(MAX_BODY);
  if (!body.ok) return body.reply;
  const decoded = decodeJson(Buffer.from(body.bytes).toString(), deregisterBody, STRICT);
  if (!decoded.ok) return text(400, `Request decode failed: ${decoded.error}`);
  const given = decoded.value;
  const refused = refuseDatacenter(writes, request, given.Datacenter);
  if (refused) return refused;
  if (given.Node === '') return text(500, 'Must provide node');
  const outcome = await writes.commit(
    {
      type: CommandType.deregister,
      body: {
        Datacenter: writes.datacenter,
        Token: request.identity.token,
        Node: given.Node,
        ServiceID: given.ServiceID,
        CheckID: given.CheckID,
        PeerName: given.PeerName,
      },
    },
    'raft apply failed: ',
  );
  return outcome.ok ? TRUE : outcome.reply;
}
