// Which services a change of an entry concerns: those whose chains are to be looked at again (spec/fsm.md, section 5).

import type { EntryOf } from '../../../../wire/config-entries/entries.js';
import type { ChangedEntry, EntryGraph } from './entries.js';

const WILDCARD = '*';

export function concernedServices(graph: EntryGraph, changed: ChangedEntry): ReadonlySet<string> {
  const services = new Set(found(graph, changed));
  services.delete(WILDCARD);
  return services;
}

function* found({ all, find }: EntryGraph, { Kind: kind, Name: name }: ChangedEntry): Iterable<string> {
  switch (kind) {
    case 'service-intentions':
      yield name;
      return;
    case 'ingress-gateway': {
      const gateway = find(kind, name);
      if (gateway !== undefined) yield* listed(gateway);
      return;
    }
    case 'exported-services':
      for (const { Services } of all(kind)) for (const { Name } of Services ?? []) yield Name;
      return;
    case 'proxy-defaults':
      for (const { Name } of all('service-resolver')) yield Name;
      for (const { Name } of all('service-splitter')) yield Name;
      for (const { Name } of all('service-router')) yield Name;
      for (const { Name } of all('service-defaults')) yield Name;
      for (const { Name } of all('service-intentions')) yield Name;
      for (const gateway of all('ingress-gateway')) yield* listed(gateway);
      return;
    case 'service-defaults':
    case 'service-resolver':
    case 'service-router':
    case 'service-splitter':
      yield name;
      for (const entry of all('service-router')) if (routesTo(entry, name)) yield entry.Name;
      for (const entry of all('service-splitter')) if (splitsTo(entry, name)) yield entry.Name;
      for (const entry of all('service-resolver')) if (resolvesTo(entry, name)) yield entry.Name;
      for (const { Name } of all('service-intentions')) yield Name;
      return;
  }
}

function* listed({ Listeners }: EntryOf<'ingress-gateway'>): Iterable<string> {
  for (const { Services } of Listeners ?? []) for (const { Name } of Services ?? []) yield Name;
}

function routesTo({ Routes }: EntryOf<'service-router'>, service: string): boolean {
  return (Routes ?? []).some(({ Destination }) => Destination?.Service === service);
}

function splitsTo({ Splits }: EntryOf<'service-splitter'>, service: string): boolean {
  return (Splits ?? []).some(({ Service }) => Service === service);
}

function resolvesTo({ Redirect, Failover }: EntryOf<'service-resolver'>, service: string): boolean {
  if (Redirect?.Service === service) return true;
  return Object.values(Failover ?? {}).some(
    ({ Service, Targets }) => Service === service || (Targets ?? []).some((target) => target.Service === service),
  );
}
