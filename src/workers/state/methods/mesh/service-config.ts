// ConfigEntry.ResolveServiceConfig: what config entries say of a service's proxies and of their upstreams. Agents ask for it for the
// proxies and gateways that they register.

import type { ServiceRecord } from '../../../../wire/records.js';
import { configuredService, registeredUpstreams, withCentralConfig } from '../../mesh/central/merge.js';
import {
  CentralConfig,
  type ServiceConfig,
  type UpstreamConfig,
  type UpstreamName,
} from '../../mesh/central/service-config.js';
import type { ReadMethod } from '../contract/method.js';
import { denial } from '../contract/refusal.js';
import { LookedAt } from './looked-at.js';

export interface ServiceConfigQuestion {
  readonly service: string;
  readonly upstreams: readonly UpstreamName[];
  /** As the proxy is registered; "" where that says nothing. */
  readonly mode: string;
}

export interface ResolvedServiceConfig {
  readonly service: ServiceConfig;
  /** Those of which anything is said. */
  readonly upstreams: readonly { readonly name: UpstreamName; readonly said: UpstreamConfig }[];
}

const TRANSPARENT = 'transparent';
const NOTHING: UpstreamConfig = { config: null, meshGateway: '' };

/** What an agent asks before it registers the record; null: nothing, since entries say nothing of such. */
export function configQuestion(record: ServiceRecord): ServiceConfigQuestion | null {
  const service = configuredService(record);
  if (service === null || service === '') return null;
  return { service, upstreams: registeredUpstreams(record), mode: record.Proxy.Mode };
}

/** The record with the answer to its question. What it is registered with counts more. */
export function withAnswer(record: ServiceRecord, { service, upstreams }: ResolvedServiceConfig): ServiceRecord {
  const said = new Map(upstreams.map(({ name, said: config }) => [upstreamKey(name), config]));
  return withCentralConfig(record, {
    ofService: () => service,
    ofUpstream: (_service, name) => said.get(upstreamKey(name)) ?? NOTHING,
    namedUpstreams: () => upstreams.map(({ name }) => name),
  });
}

function upstreamKey({ name, peer }: UpstreamName): string {
  return `${peer}\0${name.toLowerCase()}`;
}

function resolve(central: CentralConfig, { service, upstreams, mode }: ServiceConfigQuestion): ResolvedServiceConfig {
  const own = central.ofService(service);
  const isTransparent = (mode || own.mode) === TRANSPARENT;
  const names = isTransparent ? [...upstreams, ...central.namedUpstreams(service)] : upstreams;
  const distinct = new Map(names.map((name) => [upstreamKey(name), name]));
  const found = [...distinct.values()].map((name) => ({ name, said: central.ofUpstream(service, name) }));
  return { service: own, upstreams: found.filter(({ said }) => said.config !== null || said.meshGateway !== '') };
}

export const resolveServiceConfig: ReadMethod<ServiceConfigQuestion, ResolvedServiceConfig> = {
  name: 'ConfigEntry.ResolveServiceConfig',
  prepare(store, question, authorizer) {
    const denied = denial(authorizer, 'service:read', question.service);
    if (denied !== null) return denied;
    let entries = new LookedAt(store);
    return {
      read() {
        const lookedAt = new LookedAt(store);
        entries = lookedAt;
        const value = resolve(new CentralConfig((kind, name) => lookedAt.find(kind, name)), question);
        return { index: store.index('config-entries'), value };
      },
      watch: () => entries.targets(),
    };
  },
};
