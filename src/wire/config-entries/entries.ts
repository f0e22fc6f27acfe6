// All kinds of config entries that Consul's open edition keeps, by name (spec/fsm.md, section 5).

import {
  apiGatewayFields,
  boundApiGatewayFields,
  certificateFields,
  httpRouteFields,
  tcpRouteFields,
} from './api-gateways.js';
import { type Fields, type Form, type RecordOf, struct, text } from './forms.js';
import { ingressGatewayFields, terminatingGatewayFields } from './gateways.js';
import { jwtProviderFields } from './jwt-provider.js';
import { exportedServicesFields, meshFields, samenessGroupFields } from './mesh.js';
import { proxyDefaultsFields, serviceDefaultsFields } from './service-defaults.js';
import { serviceIntentionsFields } from './service-intentions.js';
import { serviceResolverFields, serviceRouterFields, serviceSplitterFields } from './service-routing.js';

const FIELDS = {
  'api-gateway': apiGatewayFields,
  'bound-api-gateway': boundApiGatewayFields,
  'exported-services': exportedServicesFields,
  'file-system-certificate': certificateFields,
  'http-route': httpRouteFields,
  'ingress-gateway': ingressGatewayFields,
  'inline-certificate': certificateFields,
  'jwt-provider': jwtProviderFields,
  mesh: meshFields,
  'proxy-defaults': proxyDefaultsFields,
  'sameness-group': samenessGroupFields,
  'service-defaults': serviceDefaultsFields,
  'service-intentions': serviceIntentionsFields,
  'service-resolver': serviceResolverFields,
  'service-router': serviceRouterFields,
  'service-splitter': serviceSplitterFields,
  'tcp-route': tcpRouteFields,
  'terminating-gateway': terminatingGatewayFields,
} as const satisfies { readonly [kind: string]: Fields };

export type EntryKind = keyof typeof FIELDS;

/** What all entries have. `mesh` has no name on the wire; here it is `mesh`. */
export interface EntryCore {
  readonly Kind: EntryKind;
  readonly Name: string;
  readonly Meta: { readonly [key: string]: string } | null;
  readonly Hash: number | bigint;
  readonly CreateIndex: number;
  readonly ModifyIndex: number;
}

export type EntryOf<K extends EntryKind> = K extends EntryKind
  ? Omit<RecordOf<(typeof FIELDS)[K]>, keyof EntryCore> & EntryCore & { readonly Kind: K }
  : never;
export type ConfigEntry = EntryOf<EntryKind>;

export interface EntryTable {
  readonly kind: EntryKind;
  readonly form: Form<object>;
  /** Fields that are no part of the wire form. */
  readonly unwritten: ReadonlySet<string>;
}

/** Kinds whose wire form doesn't say which they are. */
const WITHOUT_KIND: ReadonlySet<string> = new Set(['mesh', 'exported-services', 'sameness-group']);

function tableOf(kind: EntryKind): EntryTable {
  const fields: Fields = FIELDS[kind];
  const isNamed = fields['Name'] !== undefined;
  const unwritten = new Set(WITHOUT_KIND.has(kind) ? ['Kind'] : []);
  return {
    kind,
    form: struct(isNamed ? fields : withName(fields)),
    unwritten: isNamed ? unwritten : unwritten.add('Name'),
  };
}

/** The records of a kind without a name have one all the same, so that whoever looks one up needs no exception. */
function withName({ Kind, ...rest }: Fields): Fields {
  return { Kind: Kind ?? text, Name: { ...text, isHidden: true }, ...rest };
}

const tables = new Map<string, EntryTable>((Object.keys(FIELDS) as EntryKind[]).map((kind) => [kind, tableOf(kind)]));

/** Undefined: there is no such kind. */
export function entryTable(kind: string): EntryTable | undefined {
  return tables.get(kind);
}

export const ENTRY_KINDS: readonly EntryKind[] = [...tables.values()].map(({ kind }) => kind);

/** An entry of which nothing but its kind and name is said. */
export function emptyEntry<K extends EntryKind>(kind: K, name: string): EntryOf<K> {
  const table = tables.get(kind) as EntryTable;
  return { ...table.form.zero, Kind: kind, Name: name } as EntryOf<K>;
}
