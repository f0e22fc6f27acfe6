// The row of ConfigEntry.ResolveServiceConfig, whose reply is one raw value.

import type { Dynamic } from '../../../../../gotext/dynamic.js';
import { list, objectOf } from '../../../../../msgpack/collections.js';
import { formKind } from '../../../../../msgpack/config-entries.js';
import { inRaw } from '../../../../../msgpack/in-raw.js';
import { any, type Kind, text } from '../../../../../msgpack/kinds.js';
import { struct } from '../../../../../msgpack/struct.js';
import type { EntryOf } from '../../../../../wire/config-entries/entries.js';
import { proxyDefaultsFields, serviceDefaultsFields } from '../../../../../wire/config-entries/service-defaults.js';
import { refusal } from '../../../methods/contract/refusal.js';
import {
  type ResolvedServiceConfig,
  resolveServiceConfig,
  type ServiceConfigQuestion,
} from '../../../methods/mesh/service-config.js';
import { UNLIMITED } from '../lists.js';
import { type QueryMeta, type QueryOptions, queryMetaKinds, queryOptionKinds } from '../query-options.js';
import type { ReadRow, Row } from '../row.js';

interface PeeredName {
  readonly Peer: string;
  readonly ServiceName: { readonly Name: string };
}

const peeredName = struct<PeeredName>({ Peer: text, ServiceName: struct<{ readonly Name: string }>({ Name: text }) });

interface Mode {
  readonly Mode: string;
}

interface ConfigArguments extends QueryOptions {
  readonly Name: string;
  readonly MeshGateway: Mode;
  readonly Mode: string;
  readonly UpstreamServiceNames: readonly PeeredName[] | null;
}

const mode = struct<Mode>({ Mode: text });
/** As many as a proxy could have. */
const MOST_UPSTREAMS = 10_000;

const configArguments = struct<ConfigArguments>({
  Name: text,
  MeshGateway: mode,
  Mode: text,
  UpstreamServiceNames: list(peeredName, UNLIMITED),
  Datacenter: text,
  ...queryOptionKinds,
});

type Free = { readonly [key: string]: Dynamic } | null;
type ServiceDefaults = EntryOf<'service-defaults'>;

interface Upstream {
  readonly Upstream: PeeredName;
  readonly Config: Free;
}

interface ConfigReply extends QueryMeta {
  readonly ProxyConfig: Free;
  readonly UpstreamConfigs: readonly Upstream[] | null;
  readonly MeshGateway: Mode;
  readonly Expose: ServiceDefaults['Expose'];
  readonly TransparentProxy: ServiceDefaults['TransparentProxy'];
  readonly Mode: string;
  readonly MutualTLSMode: string;
  readonly Destination: ServiceDefaults['Destination'];
  readonly AccessLogs: EntryOf<'proxy-defaults'>['AccessLogs'];
  readonly EnvoyExtensions: ServiceDefaults['EnvoyExtensions'];
  readonly Meta: ServiceDefaults['Meta'];
}

const free = objectOf(any as Kind<Dynamic>, UNLIMITED);
const { Expose, TransparentProxy, Destination, EnvoyExtensions, Meta } = serviceDefaultsFields;
const { AccessLogs } = proxyDefaultsFields;

const configReply = inRaw(
  struct<ConfigReply>({
    ProxyConfig: free,
    UpstreamConfigs: list(struct<Upstream>({ Upstream: peeredName, Config: free }), UNLIMITED),
    MeshGateway: mode,
    Expose: formKind(Expose),
    TransparentProxy: formKind(TransparentProxy),
    Mode: text,
    MutualTLSMode: text,
    Destination: formKind(Destination),
    AccessLogs: formKind(AccessLogs),
    EnvoyExtensions: formKind(EnvoyExtensions),
    Meta: formKind(Meta),
    ...queryMetaKinds,
  }),
);

const MESH_GATEWAY = 'mesh_gateway';

function withGateway(config: Free, gateway: string): Free {
  return gateway === '' ? config : { ...config, [MESH_GATEWAY]: { Mode: gateway } };
}

const resolve: ReadRow<ConfigArguments, ConfigReply, ServiceConfigQuestion, ResolvedServiceConfig> = {
  kind: 'read',
  method: resolveServiceConfig,
  arguments: configArguments,
  reply: configReply,
  request({ Name: service, Mode: asked, UpstreamServiceNames }) {
    const given = UpstreamServiceNames ?? [];
    if (given.length > MOST_UPSTREAMS) return refusal('failed', `more than ${MOST_UPSTREAMS} upstreams`);
    const upstreams = given.map(({ Peer, ServiceName }) => ({ name: ServiceName.Name, peer: Peer }));
    return { service, upstreams, mode: asked };
  },
  ask: ({ service, upstreams, mode: Mode }, options) => ({
    Name: service,
    MeshGateway: mode.zero,
    Mode,
    UpstreamServiceNames: upstreams.map(({ name, peer }) => ({ Peer: peer, ServiceName: { Name: name } })),
    ...options,
  }),
  show: ({ service, upstreams }, meta) => ({
    ProxyConfig: service.config,
    UpstreamConfigs: upstreams.map(({ name, said }) => ({
      Upstream: { Peer: name.peer, ServiceName: { Name: name.name } },
      Config: withGateway(said.config, said.meshGateway),
    })),
    MeshGateway: { Mode: service.meshGateway },
    Expose: service.expose,
    TransparentProxy: service.transparentProxy,
    Mode: service.mode,
    MutualTLSMode: service.mutualTlsMode,
    Destination: service.destination,
    AccessLogs: service.accessLogs ?? formKind(AccessLogs).zero,
    EnvoyExtensions: service.envoyExtensions,
    Meta: service.meta,
    ...meta,
  }),
  value: (reply) => ({
    service: {
      config: reply.ProxyConfig,
      meshGateway: reply.MeshGateway.Mode,
      mode: reply.Mode,
      mutualTlsMode: reply.MutualTLSMode,
      transparentProxy: reply.TransparentProxy,
      expose: reply.Expose,
      accessLogs: reply.AccessLogs.Enabled ? reply.AccessLogs : null,
      envoyExtensions: reply.EnvoyExtensions,
      destination: reply.Destination,
      meta: reply.Meta,
    },
    upstreams: (reply.UpstreamConfigs ?? []).map(({ Upstream: { Peer, ServiceName }, Config }) => {
      const { [MESH_GATEWAY]: gateway, ...config } = Config ?? {};
      return {
        name: { name: ServiceName.Name, peer: Peer },
        said: { config, meshGateway: modeOf(gateway) },
      };
    }),
  }),
};

function modeOf(gateway: Dynamic | undefined): string {
  const given = typeof gateway === 'object' && gateway !== null && 'Mode' in gateway ? gateway['Mode'] : '';
  return typeof given === 'string' ? given : '';
}

export const serviceConfigRows: readonly Row[] = [resolve];
