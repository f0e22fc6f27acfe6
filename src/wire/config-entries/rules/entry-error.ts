// What a normalized entry must be by itself, whatever else is stored (spec/fsm.md, section 5). What must hold between entries is
// judged where they are stored.

import type { ConfigEntry } from '../entries.js';
import { proxyDefaultsError, serviceDefaultsError } from './defaults.js';
import {
  apiGatewayError,
  fileCertificateError,
  httpRouteError,
  ingressError,
  inlineCertificateError,
  tcpRouteError,
  terminatingError,
} from './gateways.js';
import { intentionsError } from './intentions.js';
import { exportedServicesError, jwtProviderError, meshError } from './mesh.js';
import { type FilterError, resolverError, routerError, splitterError } from './routing.js';

const MOST_META_PAIRS = 64;
const MOST_META_KEY = 128;
const MOST_META_VALUE = 512;

function metaError({ Meta }: ConfigEntry): string | null {
  const pairs = Object.entries(Meta ?? {});
  if (pairs.length > MOST_META_PAIRS) return `Meta exceeds maximum element count ${MOST_META_PAIRS}`;
  for (const [key, value] of pairs) {
    if (Buffer.byteLength(key) > MOST_META_KEY)
      return `Meta key ${JSON.stringify(key)} exceeds maximum length ${MOST_META_KEY}`;
    if (Buffer.byteLength(value) > MOST_META_VALUE) {
      return `Meta value for key ${JSON.stringify(key)} exceeds maximum length ${MOST_META_VALUE}`;
    }
  }
  return null;
}

function kindError(entry: ConfigEntry, filterError: FilterError): string | null {
  switch (entry.Kind) {
    case 'service-defaults':
      return serviceDefaultsError(entry);
    case 'proxy-defaults':
      return proxyDefaultsError(entry);
    case 'service-resolver':
      return resolverError(entry, filterError);
    case 'service-router':
      return routerError(entry);
    case 'service-splitter':
      return splitterError(entry);
    case 'service-intentions':
      return intentionsError(entry);
    case 'ingress-gateway':
      return ingressError(entry);
    case 'terminating-gateway':
      return terminatingError(entry);
    case 'mesh':
      return meshError(entry);
    case 'exported-services':
      return exportedServicesError(entry);
    case 'api-gateway':
      return apiGatewayError(entry);
    case 'http-route':
      return httpRouteError(entry);
    case 'tcp-route':
      return tcpRouteError(entry);
    case 'inline-certificate':
      return inlineCertificateError(entry);
    case 'file-system-certificate':
      return fileCertificateError(entry);
    case 'jwt-provider':
      return jwtProviderError(entry);
    case 'sameness-group':
      return 'sameness-groups are an enterprise-only feature';
    case 'bound-api-gateway':
      return entry.Name === '' ? 'Name is required' : null;
  }
}

/** Why the entry can't be, or null. */
export function entryError(entry: ConfigEntry, filterError: FilterError): string | null {
  return kindError(entry, filterError) ?? metaError(entry);
}
