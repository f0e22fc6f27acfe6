// What an auth method of type `kubernetes` is told: the API server that is asked whether it knows a service account's token.

import { certificateProblem, urlProblem } from './config-endpoint.js';
import { type ConfigMap, type Decoded, decodeConfig } from './config-fields.js';

export interface KubernetesConfig {
  /** URL of the API server, without a slash at its end. */
  readonly host: string;
  /** PEM; what the API server's certificate has to be signed by. */
  readonly ca: string;
  /** By which the API server is asked. */
  readonly token: string;
}

export function parseKubernetesConfig(config: ConfigMap): Decoded<KubernetesConfig> {
  const decoded = decodeConfig(config, { Host: 'text', CACert: 'text', ServiceAccountJWT: 'text' });
  if (!decoded.ok) return decoded;
  const { Host, CACert, ServiceAccountJWT } = decoded.value;
  const host = urlOf(Host);
  const problem =
    (Host === '' ? 'Config.Host is required' : urlProblem('Config.Host', host)) ??
    (CACert === '' ? 'Config.CACert is required' : certificateProblem('Config.CACert', CACert)) ??
    tokenProblem(ServiceAccountJWT);
  if (problem !== null) return { ok: false, error: problem };
  return { ok: true, value: { host: host.replace(/\/+$/, ''), ca: CACert, token: ServiceAccountJWT } };
}

/** As Kubernetes' own clients take it: a host or a host with its port may stand for a URL, which is one of TLS then. */
function urlOf(host: string): string {
  return host.includes('://') ? host : `https://${host}`;
}

/** It becomes a header. */
function tokenProblem(token: string): string | null {
  if (token === '') return 'Config.ServiceAccountJWT is required';
  return /^[\w-]+\.[\w-]+\.[\w-]+$/.test(token) ? null : 'Config.ServiceAccountJWT is not a valid JWT';
}
