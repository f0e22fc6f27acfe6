// The rules of the kinds that are about a whole mesh, and of `jwt-provider`.

import { decodeBase64 } from '../../../gotext/base64.js';
import type { EntryOf } from '../entries.js';
import { firstError } from './first-error.js';

const TLS_VERSIONS: ReadonlySet<string> = new Set(['', 'TLS_AUTO', 'TLSv1_0', 'TLSv1_1', 'TLSv1_2', 'TLSv1_3']);

type Direction = NonNullable<EntryOf<'mesh'>['TLS']>['Incoming'];

function tlsError(direction: Direction, place: string): string | null {
  if (direction === null) return null;
  const { TLSMinVersion, TLSMaxVersion } = direction;
  const unknown = [TLSMinVersion, TLSMaxVersion].find((version) => !TLS_VERSIONS.has(version));
  if (unknown !== undefined)
    return `error in ${place} TLS configuration: invalid TLS version ${JSON.stringify(unknown)}`;
  const isOrdered =
    !TLSMinVersion.startsWith('TLSv') || !TLSMaxVersion.startsWith('TLSv') || TLSMinVersion <= TLSMaxVersion;
  return isOrdered
    ? null
    : `error in ${place} TLS configuration: configuring max version ${TLSMaxVersion} less than the configured min version ${TLSMinVersion}`;
}

export function meshError({ TLS }: EntryOf<'mesh'>): string | null {
  return tlsError(TLS?.Incoming ?? null, 'incoming') ?? tlsError(TLS?.Outgoing ?? null, 'outgoing');
}

export function exportedServicesError(entry: EntryOf<'exported-services'>): string | null {
  if (entry.Name === '') return 'Name is required';
  if (entry.Name !== 'default') return 'exported-services Name must be "default"';
  return firstError(entry.Services, ({ Name, Consumers }, at) => {
    if (Name === '') return `Services[${at}]: service name cannot be empty`;
    if ((Consumers?.length ?? 0) === 0) return `Services[${at}]: must have at least one consumer`;
    return firstError(Consumers, ({ Peer, Partition, SamenessGroup }, number) => {
      const place = `Services[${at}].Consumers[${number}]`;
      if (Partition !== '' || SamenessGroup !== '')
        return `${place}: partitions and sameness groups are a Consul Enterprise feature`;
      if (Peer === '') return `${place}: must define a Peer`;
      return Peer === '*' ? `${place}: exporting to all peers (wildcard) is not supported` : null;
    });
  });
}

export function jwtProviderError(entry: EntryOf<'jwt-provider'>): string | null {
  if (entry.Name === '') return 'Name is required';
  const keys = entry.JSONWebKeySet;
  if (keys === null) return 'JSONWebKeySet is required';
  if ((keys.Local === null) === (keys.Remote === null))
    return 'must specify exactly one of Local or Remote JSON Web key set';
  if (keys.Local !== null) {
    const { JWKS, Filename } = keys.Local;
    if ((JWKS === '') === (Filename === '')) return 'must specify exactly one of String or filename for local keyset';
    if (JWKS !== '' && !decodeBase64(JWKS).ok) return 'JWKS must be valid base64 encoded string';
  }
  if (keys.Remote !== null && keys.Remote.URI === '') return 'Remote JWKS URI is required';
  return firstError(entry.Locations, (location, at) => {
    const ways = [location?.Header, location?.QueryParam, location?.Cookie].filter((way) => way != null);
    return ways.length === 1
      ? null
      : `Location[${at}]: must set exactly one of: JWT location header, query param or cookie`;
  });
}
