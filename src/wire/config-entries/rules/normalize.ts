// What a written entry becomes before it is judged and kept: protocols in small letters, precedences, weights that are multiples of
// a hundredth, what is meant where nothing is said.

import type { ConfigEntry, EntryOf } from '../entries.js';
import { normalizedIntentions } from './intentions.js';

const DEFAULT_CLOCK_SKEW_SECONDS = 30;

type Upstream = NonNullable<NonNullable<EntryOf<'service-defaults'>['UpstreamConfig']>['Defaults']>;

function normalizedUpstream(upstream: Upstream | null): Upstream | null {
  return upstream === null ? null : { ...upstream, Protocol: upstream.Protocol.toLowerCase() };
}

function serviceDefaults(entry: EntryOf<'service-defaults'>): ConfigEntry {
  const { UpstreamConfig } = entry;
  return {
    ...entry,
    Protocol: entry.Protocol.toLowerCase(),
    UpstreamConfig: UpstreamConfig && {
      Overrides: UpstreamConfig.Overrides?.map(normalizedUpstream) ?? null,
      Defaults: normalizedUpstream(UpstreamConfig.Defaults),
    },
  };
}

function proxyDefaults(entry: EntryOf<'proxy-defaults'>): ConfigEntry {
  const protocol = entry.Config?.['protocol'];
  return { ...entry, Protocol: typeof protocol === 'string' ? protocol.toLowerCase() : '' };
}

function splitter(entry: EntryOf<'service-splitter'>): ConfigEntry {
  const Splits = entry.Splits?.map((split) => ({
    ...split,
    Weight: Math.fround(Math.round(split.Weight * 100) / 100),
  }));
  return { ...entry, Splits: Splits ?? null };
}

function router(entry: EntryOf<'service-router'>): ConfigEntry {
  const Routes = entry.Routes?.map((route) => {
    const http = route.Match?.HTTP;
    if (!http?.Methods) return route;
    return { ...route, Match: { HTTP: { ...http, Methods: http.Methods.map((method) => method.toUpperCase()) } } };
  });
  return { ...entry, Routes: Routes ?? null };
}

function ingress(entry: EntryOf<'ingress-gateway'>): ConfigEntry {
  const Listeners = entry.Listeners?.map((listener) => ({
    ...listener,
    Protocol: listener.Protocol.toLowerCase() || 'tcp',
  }));
  return { ...entry, Listeners: Listeners ?? null };
}

function apiGateway(entry: EntryOf<'api-gateway'>): ConfigEntry {
  const Listeners = entry.Listeners?.map((listener) => ({
    ...listener,
    Protocol: listener.Protocol.toLowerCase(),
    TLS: {
      ...listener.TLS,
      Certificates:
        listener.TLS.Certificates?.map((certificate) => ({
          ...certificate,
          Kind: certificate.Kind || 'inline-certificate',
        })) ?? null,
    },
  }));
  return { ...entry, Listeners: Listeners ?? null };
}

type Parents = EntryOf<'tcp-route'>['Parents'];

function parents(given: Parents): Parents {
  return given?.map((parent) => ({ ...parent, Kind: parent.Kind || 'api-gateway' })) ?? null;
}

function httpRoute(entry: EntryOf<'http-route'>): ConfigEntry {
  const Rules = entry.Rules?.map((rule) => ({
    ...rule,
    Matches:
      rule.Matches?.map((match) => ({
        ...match,
        Path: { Match: match.Path.Match || 'prefix', Value: match.Path.Value || '/' },
      })) ?? null,
    Services: rule.Services?.map((service) => ({ ...service, Weight: service.Weight || 1 })) ?? null,
  }));
  return { ...entry, Parents: parents(entry.Parents), Rules: Rules ?? null };
}

export function normalizedEntry(entry: ConfigEntry): ConfigEntry {
  switch (entry.Kind) {
    case 'service-defaults':
      return serviceDefaults(entry);
    case 'proxy-defaults':
      return proxyDefaults(entry);
    case 'service-splitter':
      return splitter(entry);
    case 'service-router':
      return router(entry);
    case 'service-intentions':
      return normalizedIntentions(entry);
    case 'ingress-gateway':
      return ingress(entry);
    case 'api-gateway':
      return apiGateway(entry);
    case 'http-route':
      return httpRoute(entry);
    case 'tcp-route':
      return { ...entry, Parents: parents(entry.Parents) };
    case 'jwt-provider':
      return { ...entry, ClockSkewSeconds: entry.ClockSkewSeconds || DEFAULT_CLOCK_SKEW_SECONDS };
    default:
      return entry;
  }
}
