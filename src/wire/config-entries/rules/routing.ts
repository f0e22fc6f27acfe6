// The rules of `service-router`, `service-splitter` and `service-resolver`.

import type { EntryOf } from '../entries.js';
import { firstError } from './first-error.js';
import { headerError, methodsError, pathsError } from './http-match.js';

/** Says what is wrong with an expression of the filter language, or null. */
export type FilterError = (expression: string) => string | null;

type Route = NonNullable<EntryOf<'service-router'>['Routes']>[number];

function routeError({ Match, Destination }: Route, at: number): string | null {
  const place = `Route[${at}]`;
  const http = Match?.HTTP ?? null;
  const hasPath = http !== null && (http.PathExact !== '' || http.PathPrefix !== '');
  if (http !== null) {
    const wrong =
      pathsError(http, place, ' ') ??
      firstError(http.Header, (header, number) => headerError(header, `${place} Header[${number}]`)) ??
      firstError(http.QueryParam, (param, number) => headerError(param, `${place} QueryParam[${number}]`)) ??
      methodsError(http.Methods, `${place} Methods`);
    if (wrong !== null) return wrong;
  }
  if (Destination !== null && Destination.PrefixRewrite !== '' && !hasPath) {
    return `${place} cannot make use of PrefixRewrite without configuring either PathExact or PathPrefix`;
  }
  return null;
}

export function routerError(entry: EntryOf<'service-router'>): string | null {
  return entry.Name === '' ? 'Name is required' : firstError(entry.Routes, routeError);
}

/** Weights are hundredths of a percent. */
const SCALE = 100;
const WHOLE = 100;

/** The same destination may stand in several splits, each with a share and headers of its own. */
export function splitterError(entry: EntryOf<'service-splitter'>): string | null {
  if (entry.Name === '') return 'Name is required';
  const splits = entry.Splits ?? [];
  if (splits.length === 0) return 'no splits configured';
  let sum = 0;
  for (const [at, { Weight }] of splits.entries()) {
    if (!(Weight >= 0 && Weight <= WHOLE)) return `Splits[${at}].Weight must be between 0 and 100`;
    sum += Math.round(Weight * SCALE);
  }
  if (sum === WHOLE * SCALE) return null;
  return `the sum of all split weights must be 100, not ${(sum / SCALE).toFixed(6)}`;
}

type Resolver = EntryOf<'service-resolver'>;

function subsetsError({ Subsets, DefaultSubset }: Resolver, filterError: FilterError): string | null {
  const subsets = Object.entries(Subsets ?? {});
  for (const [name, { Filter }] of subsets) {
    if (name === '') return 'Subset defined with empty name';
    const wrong = Filter === '' ? null : filterError(Filter);
    if (wrong !== null) return `Filter for subset ${JSON.stringify(name)} is not a valid expression: ${wrong}`;
  }
  const isKnown = DefaultSubset === '' || subsets.some(([name]) => name === DefaultSubset);
  return isKnown ? null : `DefaultSubset ${JSON.stringify(DefaultSubset)} is not a valid subset`;
}

function redirectError({ Redirect, Failover }: Resolver): string | null {
  if (Redirect === null) return null;
  const { Service, ServiceSubset, Namespace, Partition, Datacenter, Peer, SamenessGroup } = Redirect;
  if (SamenessGroup !== '') return 'Redirect.SamenessGroup: sameness groups are a Consul Enterprise feature';
  if (Object.keys(Failover ?? {}).length > 0) return 'Redirect and Failover cannot be combined';
  if (![Service, ServiceSubset, Namespace, Partition, Datacenter, Peer].some((text) => text !== '')) {
    return 'Redirect is empty';
  }
  if (Service === '' && ServiceSubset !== '') return 'Redirect.ServiceSubset defined without Redirect.Service';
  if (Peer !== '' && (Datacenter !== '' || ServiceSubset !== '')) {
    return 'Redirect.Peer cannot be set with Redirect.Datacenter or Redirect.ServiceSubset';
  }
  return null;
}

type Failover = NonNullable<Resolver['Failover']>[string];

/** Names of subsets may be such as all objects have. */
function hasSubset({ Subsets }: Resolver, name: string): boolean {
  return Subsets !== null && Object.hasOwn(Subsets, name);
}

function failoverError(entry: Resolver, subset: string, failover: Failover): string | null {
  const place = `Bad Failover[${JSON.stringify(subset)}]`;
  if (subset !== '*' && subset !== '' && !hasSubset(entry, subset)) return `${place}: not a valid subset`;
  const { Service, ServiceSubset, Namespace, Datacenters, Targets, SamenessGroup } = failover;
  if (SamenessGroup !== '') return `${place}: sameness groups are a Consul Enterprise feature`;
  const hasTargets = (Targets?.length ?? 0) > 0;
  const hasDatacenters = (Datacenters?.length ?? 0) > 0;
  if (!Service && !ServiceSubset && !Namespace && !hasDatacenters && !hasTargets) {
    return `${place}: one of Service, ServiceSubset, Namespace, Targets, SamenessGroup, or Datacenters is required`;
  }
  if (hasTargets && (Service || ServiceSubset || Namespace || hasDatacenters)) {
    return `${place}: Targets cannot be set with Service, ServiceSubset, Namespace, or Datacenters`;
  }
  if (ServiceSubset !== '' && (Service === '' || Service === entry.Name) && !hasSubset(entry, ServiceSubset)) {
    return `${place}.ServiceSubset ${JSON.stringify(ServiceSubset)} is not a valid subset of ${JSON.stringify(Service || entry.Name)}`;
  }
  return (Datacenters ?? []).includes('') ? `${place}.Datacenters: found empty datacenter` : null;
}

const POLICIES: ReadonlySet<string> = new Set(['', 'random', 'round_robin', 'least_request', 'ring_hash', 'maglev']);
const HASHING: ReadonlySet<string> = new Set(['', 'ring_hash', 'maglev']);
const HASHED_FIELDS: ReadonlySet<string> = new Set(['', 'header', 'cookie', 'query_parameter']);

function loadBalancerError({ LoadBalancer }: Resolver): string | null {
  if (LoadBalancer === null) return null;
  const { Policy, RingHashConfig, LeastRequestConfig, HashPolicies } = LoadBalancer;
  if (!POLICIES.has(Policy)) return `Bad LoadBalancer policy: unknown policy ${JSON.stringify(Policy)}`;
  if (Policy !== 'ring_hash' && RingHashConfig !== null) {
    return 'Bad LoadBalancer configuration. RingHashConfig specified for incompatible load balancing policy';
  }
  if (Policy !== 'least_request' && LeastRequestConfig !== null) {
    return 'Bad LoadBalancer configuration. LeastRequestConfig specified for incompatible load balancing policy';
  }
  if (!HASHING.has(Policy) && (HashPolicies?.length ?? 0) > 0) {
    return 'Bad LoadBalancer configuration. HashPolicies specified for non-hash-based Policy';
  }
  return firstError(HashPolicies, ({ Field, FieldValue, SourceIP, CookieConfig }, at) => {
    const place = `Bad LoadBalancer HashPolicy[${at}]`;
    if (!HASHED_FIELDS.has(Field)) return `${place}: ${JSON.stringify(Field)} is not a supported field`;
    if (SourceIP && Field !== '')
      return `${place}: a single hash policy cannot hash both a source address and a ${JSON.stringify(Field)}`;
    if (Field !== '' && FieldValue === '')
      return `${place}: Field ${JSON.stringify(Field)} was specified without a FieldValue`;
    if (FieldValue !== '' && Field === '')
      return `${place}: FieldValue ${JSON.stringify(FieldValue)} was specified without a Field`;
    return CookieConfig !== null && Field !== 'cookie'
      ? `${place}: cookie_config provided for ${JSON.stringify(Field)}`
      : null;
  });
}

export function resolverError(entry: Resolver, filterError: FilterError): string | null {
  if (entry.Name === '') return 'Name is required';
  if (entry.Name === '*') return 'service-resolver name must be the name of a service, and not a wildcard';
  return (
    subsetsError(entry, filterError) ??
    redirectError(entry) ??
    firstError(Object.entries(entry.Failover ?? {}), ([subset, failover]) => failoverError(entry, subset, failover)) ??
    (entry.ConnectTimeout < 0 ? 'Bad ConnectTimeout: must be >= 0' : null) ??
    (entry.RequestTimeout < 0 ? 'Bad RequestTimeout: must be >= 0' : null) ??
    loadBalancerError(entry)
  );
}
