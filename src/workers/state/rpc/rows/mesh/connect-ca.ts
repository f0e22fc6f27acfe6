// The rows of ConnectCA.*.

import { list } from '../../../../../msgpack/collections.js';
import { ignored, int, text } from '../../../../../msgpack/kinds.js';
import { recordKind } from '../../../../../msgpack/record-kinds.js';
import { struct } from '../../../../../msgpack/struct.js';
import { time } from '../../../../../msgpack/time.js';
import type { ConnectCaRequest } from '../../../../../wire/commands.js';
import { NO_TIME } from '../../../../../wire/go-time.js';
import type { CaConfiguration, CaRoot } from '../../../../../wire/records.js';
import { caConfigurationSchema, caRootSchema, connectCaSchema } from '../../../../../wire/schema/connect-ca.js';
import type { CertificateHolder, IssuedCertificate } from '../../../methods/contract/certificate-authority.js';
import { refusal } from '../../../methods/contract/refusal.js';
import {
  caConfiguration,
  connectCaRoots,
  setCaConfiguration,
  signCertificate,
  signIntermediate,
  type TrustedRoots,
} from '../../../methods/mesh/connect-ca.js';
import { askDatacenter, type DatacenterArguments, datacenterArguments } from '../arguments.js';
import { UNLIMITED } from '../lists.js';
import { type QueryMeta, queryMetaKinds } from '../query-options.js';
import type { ReadRow, Row, WriteOptions, WriteRow } from '../row.js';

export interface RootsReply extends QueryMeta {
  readonly ActiveRootID: string;
  readonly TrustDomain: string;
  readonly Roots: readonly CaRoot[] | null;
}

export const rootsReply = struct<RootsReply>({
  ActiveRootID: text,
  TrustDomain: text,
  Roots: list(recordKind(caRootSchema), UNLIMITED),
  ...queryMetaKinds,
});

/** When it was replaced is the servers' business, and so is a key, if there ever was one in it. */
function shownRoot(root: CaRoot): CaRoot {
  return { ...root, SigningCert: '', SigningKey: '', RotatedOutAt: NO_TIME };
}

export function showRoots({ trustDomain, roots: all }: TrustedRoots, meta: QueryMeta): RootsReply {
  return {
    ActiveRootID: all.find(({ Active }) => Active)?.ID ?? '',
    TrustDomain: trustDomain,
    Roots: all.map(shownRoot),
    ...meta,
  };
}

export function rootsOf({ TrustDomain, Roots }: RootsReply): TrustedRoots {
  return { trustDomain: TrustDomain, roots: Roots ?? [] };
}

const roots: ReadRow<DatacenterArguments, RootsReply, null, TrustedRoots> = {
  kind: 'read',
  method: connectCaRoots,
  arguments: datacenterArguments,
  reply: rootsReply,
  request: () => null,
  ask: (_nothing, options) => ({ ...datacenterArguments.zero, ...options }),
  show: showRoots,
  value: rootsOf,
};

const get: WriteRow<DatacenterArguments, CaConfiguration, null, CaConfiguration> = {
  kind: 'write',
  method: caConfiguration,
  arguments: datacenterArguments,
  reply: recordKind(caConfigurationSchema),
  request: () => null,
  ask: askDatacenter,
  show: (config) => config,
  value: (config) => config,
};

const set: WriteRow<ConnectCaRequest, null, CaConfiguration, true> = {
  kind: 'write',
  method: setCaConfiguration,
  arguments: recordKind(connectCaSchema),
  reply: ignored,
  request: ({ Config }) => Config ?? refusal('failed', 'the request has no CA configuration'),
  ask: (config, { Datacenter, Token }) => ({
    Datacenter,
    Token,
    Op: '',
    Index: 0,
    Roots: null,
    Config: config,
    ProviderState: null,
  }),
  show: () => null,
  value: () => true,
};

interface SignArguments extends WriteOptions {
  readonly CSR: string;
}

const signArguments = struct<SignArguments>({ CSR: text, Datacenter: text, Token: text });

export interface IssuedReply {
  readonly SerialNumber: string;
  readonly CertPEM: string;
  /** Only ever known where the request was made. */
  readonly PrivateKeyPEM: string;
  readonly Service: string;
  readonly ServiceURI: string;
  readonly Agent: string;
  readonly AgentURI: string;
  readonly ServerURI: string;
  readonly Kind: string;
  readonly KindURI: string;
  /** Nanoseconds since 1970. */
  readonly ValidAfter: bigint;
  readonly ValidBefore: bigint;
  readonly CreateIndex: number;
  readonly ModifyIndex: number;
}

export const issuedReply = struct<IssuedReply>({
  SerialNumber: text,
  CertPEM: text,
  PrivateKeyPEM: text,
  Service: text,
  ServiceURI: text,
  Agent: text,
  AgentURI: text,
  ServerURI: text,
  Kind: text,
  KindURI: text,
  ValidAfter: time,
  ValidBefore: time,
  CreateIndex: int,
  ModifyIndex: int,
});

const NANOS_PER_MS = 1_000_000n;

function nanosOf(ms: number): bigint {
  return BigInt(Math.floor(ms)) * NANOS_PER_MS;
}

const NO_HOLDER = { Service: '', ServiceURI: '', Agent: '', AgentURI: '', ServerURI: '', Kind: '', KindURI: '' };

function shownHolder({ holder, uri }: IssuedCertificate): typeof NO_HOLDER {
  switch (holder.kind) {
    case 'service':
      return { ...NO_HOLDER, Service: holder.name, ServiceURI: uri };
    case 'agent':
      return { ...NO_HOLDER, Agent: holder.name, AgentURI: uri };
    case 'server':
      return { ...NO_HOLDER, ServerURI: uri };
    case 'mesh-gateway':
      return { ...NO_HOLDER, Kind: holder.kind, KindURI: uri };
  }
}

function holderOf(reply: IssuedReply): CertificateHolder {
  if (reply.AgentURI !== '') return { kind: 'agent', name: reply.Agent };
  if (reply.ServerURI !== '') return { kind: 'server' };
  return reply.KindURI === '' ? { kind: 'service', name: reply.Service } : { kind: 'mesh-gateway' };
}

export function showIssued(issued: IssuedCertificate): IssuedReply {
  return {
    SerialNumber: issued.serialNumber,
    CertPEM: issued.certificate,
    PrivateKeyPEM: '',
    ...shownHolder(issued),
    ValidAfter: nanosOf(issued.validAfterMs),
    ValidBefore: nanosOf(issued.validBeforeMs),
    CreateIndex: issued.index,
    ModifyIndex: issued.index,
  };
}

export function issuedOf(reply: IssuedReply): IssuedCertificate {
  return {
    serialNumber: reply.SerialNumber,
    certificate: reply.CertPEM,
    holder: holderOf(reply),
    uri: reply.ServiceURI || reply.AgentURI || reply.ServerURI || reply.KindURI,
    validAfterMs: Number(reply.ValidAfter / NANOS_PER_MS),
    validBeforeMs: Number(reply.ValidBefore / NANOS_PER_MS),
    index: reply.ModifyIndex,
  };
}

const sign: WriteRow<SignArguments, IssuedReply, string, IssuedCertificate> = {
  kind: 'write',
  method: signCertificate,
  arguments: signArguments,
  reply: issuedReply,
  request: ({ CSR }) => CSR,
  ask: (request, { Datacenter, Token }) => ({ CSR: request, Datacenter, Token }),
  show: showIssued,
  value: issuedOf,
};

const intermediate: WriteRow<SignArguments, string, string, string> = {
  kind: 'write',
  method: signIntermediate,
  arguments: signArguments,
  reply: text,
  request: ({ CSR }) => CSR,
  ask: (request, { Datacenter, Token }) => ({ CSR: request, Datacenter, Token }),
  show: (certificate) => certificate,
  value: (certificate) => certificate,
};

export const connectCaRows: readonly Row[] = [roots, get, set, sign, intermediate];
