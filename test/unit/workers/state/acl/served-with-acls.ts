// The rows that servers answer, over sockets and a real store, with tokens whose records are in that store: what each of them holds
// has a mark that nobody may find who may not see it.

import { AclCommandType } from '../../../../../src/wire/acl/commands.js';
import type { AclPolicy, AclToken } from '../../../../../src/wire/acl/records.js';
import { goTimeOf } from '../../../../../src/wire/go-time.js';
import { GLOBAL_MANAGEMENT, GLOBAL_READ_ONLY } from '../../../../../src/workers/state/acl/policies/builtin-policies.js';
import { serverEndpoints } from '../../../../../src/workers/state/assembly/server-endpoints.js';
import { StoreTokens } from '../../../../../src/workers/state/tokens/store-tokens.js';
import { type Served, serveEndpoints } from '../http/served-endpoints.js';
import {
  check,
  createSession,
  federationState,
  kvSet,
  node,
  query,
  register,
  service,
  setQuery,
  type TestStore,
} from '../replica/store/commands.js';

/** In everything that is stored. */
export const MARK = 'SECRETMARK';
/** Somebody may see nothing of it, in any form in which bytes are shown. */
export const MARKS = [MARK, Buffer.from(MARK).toString('base64').slice(0, 12)];

/** Secrets, by what their token may do. */
export const TOKENS = {
  management: 'm0000000-0000-4000-8000-000000000001',
  read: 'r0000000-0000-4000-8000-000000000002',
  deny: 'd0000000-0000-4000-8000-000000000003',
  expired: 'e0000000-0000-4000-8000-000000000004',
} as const;

export const UNKNOWN_TOKEN = 'f0000000-0000-4000-8000-00000000000f';

const NO_INDEX = { CreateIndex: 0, ModifyIndex: 0 } as const;

export function policy(id: string, Rules: string): AclPolicy {
  return { ID: id, Name: id, Description: '', Rules, Datacenters: null, Hash: null, ...NO_INDEX };
}

export function token(SecretID: string, policyId: string, overrides: Partial<AclToken> = {}): AclToken {
  return {
    AccessorID: accessorOf(SecretID),
    SecretID,
    Description: '',
    Policies: [{ ID: policyId, Name: '' }],
    Roles: null,
    ServiceIdentities: null,
    NodeIdentities: null,
    TemplatedPolicies: null,
    Local: false,
    AuthMethod: '',
    ExpirationTTL: 0,
    ExpirationTime: null,
    CreateTime: goTimeOf(0),
    Hash: null,
    ...NO_INDEX,
    ...overrides,
  };
}

/** Another one for each secret. */
export function accessorOf(secret: string): string {
  return `a${secret.slice(1)}`;
}

/** A policy, and a token that has it, by commands as a leader applies them. */
export function grant(store: TestStore, secret: string, rules: string, overrides: Partial<AclToken> = {}): void {
  const id = `b${secret.slice(1)}`;
  const all = { CAS: false, AllowMissingLinks: false, ProhibitUnprivileged: false, FromReplication: false };
  store.runAll(
    { type: AclCommandType.aclPolicySet, body: { Policies: [policy(id, rules)] } },
    { type: AclCommandType.aclTokenSet, body: { Tokens: [token(secret, id, overrides)], ...all } },
  );
}

const DENY_ALL = GLOBAL_READ_ONLY.Rules.replaceAll('"read"', '"deny"');

export const QUERY_ID = '11111111-2222-4333-8444-555555555555';
export const SESSION_ID = '21111111-2222-4333-8444-555555555555';

/** One of each thing that can be seen, named `n`, `web`, `k` … so that requests can name them. */
function fill(store: TestStore): void {
  const marked = { Meta: { mark: MARK } };
  store.runAll(
    register({
      Node: 'n',
      NodeMeta: { mark: MARK },
      Service: service({ Service: 'web', Tags: [MARK], ...marked, Connect: native() }),
      Checks: [
        check({ Node: 'n', CheckID: 'serfHealth', Output: MARK }),
        check({ Node: 'n', CheckID: 'c', ServiceID: 'web', ServiceName: 'web', Output: MARK }),
      ],
    }),
    register({ Node: MARK, Service: service({ Service: MARK }) }),
  );
  store.runAll(
    createSession({ ID: SESSION_ID, Name: MARK, Node: 'n', NodeChecks: [] }),
    kvSet('k', MARK),
    kvSet(`k/${MARK}`),
    setQuery(query({ ID: QUERY_ID, Name: 'q' }, { Tags: [MARK] })),
    federationState('dc2', [{ Node: node({ Node: MARK }), Service: service({ Service: MARK }), Checks: null }]),
  );
}

function native() {
  return { Native: true, PeerMeta: null, SidecarService: null };
}

export async function serveWithAcls(): Promise<Served> {
  const config = () => ({
    datacenter: 'dc1',
    primaryDatacenter: 'dc1',
    nodeName: 'n',
    aclEnabled: true,
    acl: { defaultPolicy: 'deny', downPolicy: 'extend-cache' },
    limits: { kvMaxValueSize: 1024, txnMaxReqLen: 65_536 },
    validatesKvKeys: false,
    connect: { enabled: true },
    disableCoordinates: false,
  });
  const served = await serveEndpoints(
    ({ calls }) =>
      serverEndpoints({ calls, config, hasWan: () => false, snapshots: {} } as unknown as Parameters<
        typeof serverEndpoints
      >[0]),
    {},
    undefined,
    (store) =>
      new StoreTokens({
        datacenter: 'dc1',
        defaultPolicy: 'deny',
        listsKeysByRule: false,
        rows: () => store.acl,
        isReady: () => true,
        own: () => null,
        elsewhere: null,
        now: Date.now,
      }),
  );
  fill(served.store);
  grant(served.store, TOKENS.management, GLOBAL_MANAGEMENT.Rules);
  const Token = token(TOKENS.management, `b${TOKENS.management.slice(1)}`);
  served.store.runAll({ type: AclCommandType.aclBootstrap, body: { ResetIndex: 0, Token } });
  grant(served.store, TOKENS.read, GLOBAL_READ_ONLY.Rules);
  grant(served.store, TOKENS.deny, DENY_ALL);
  grant(served.store, TOKENS.expired, GLOBAL_MANAGEMENT.Rules, { ExpirationTime: goTimeOf(Date.now() - 1000) });
  return served;
}
