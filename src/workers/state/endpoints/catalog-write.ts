// PUT /v1/catalog/register and /deregister: from the body to the request of the method.

import type { DecodedBy } from '../../../gotext/json-decode.js';
import type { CheckRecord, ServiceRecord } from '../../../wire/records.js';
import type { Calls } from '../calls/calls.js';
import type { EndpointTable } from '../http/endpoint.js';
import { jsonBody } from '../http/items/body-format.js';
import { json, type Reply, refused } from '../http/message/reply.js';
import type { ApiRequest } from '../http/message/request.js';
import { action } from '../http/operation.js';
import {
  catalogDeregister,
  catalogRegister,
  completed,
  type Registration,
} from '../methods/catalog/catalog-register.js';
import { isRefusal } from '../methods/contract/refusal.js';
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
  const outcome = await calls.write(catalogRegister, completed(registration(given)), datacenter, request.asker);
  return isRefusal(outcome) ? refused(outcome) : TRUE;
}

function registration(given: GivenRegistration): Registration {
  return {
    ID: given.ID,
    Node: given.Node,
    Address: given.Address,
    TaggedAddresses: given.TaggedAddresses,
    NodeMeta: given.NodeMeta,
    Service: given.Service === null ? null : serviceRecord(given.Service),
    Check: given.Check === null ? null : checkRecord(given.Check),
    Checks: given.Checks === null ? null : given.Checks.filter((check) => check !== null).map(checkRecord),
    SkipNodeUpdate: given.SkipNodeUpdate,
    PeerName: given.PeerName,
    Locality: given.Locality,
    CreateIndex: 0,
    ModifyIndex: 0,
  };
}

function serviceRecord(given: GivenService): ServiceRecord {
  return {
    LocallyRegisteredAsSidecar: false,
    ...given,
    Connect: { Native: given.Connect.Native, PeerMeta: null, SidecarService: null },
    CreateIndex: 0,
    ModifyIndex: 0,
  };
}

function checkRecord(given: GivenCheck): CheckRecord {
  return { ...given, CreateIndex: 0, ModifyIndex: 0 };
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
