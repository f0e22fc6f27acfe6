// What an auth method of type `kubernetes` is told: the API server that is asked whether it knows a service account's token.

import { certificateProblem, urlProblem } from './config-endpoint.js';
import { type ConfigMap, type Decoded, decodeConfig } from './config-fields.js';

export interface KubernetesConfig {
  /** URL of the API server. */
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
  const problem =
    (Host === '' ? 'Config.Host is required' : urlProblem('Config.Host', Host)) ??
    (CACert === '' ? 'Config.CACert is required' : certificateProblem('Config.CACert', CACert)) ??
    tokenProblem(ServiceAccountJWT);
  if (problem !== null) return { ok: false, error: problem };
  return { ok: true, value: { host: Host.replace(/\/+$/, ''), ca: CACert, token: ServiceAccountJWT } };
}

/** It becomes a header. */
function tokenProblem(token: string): string | null {
  if (token === '') return 'Config.ServiceAccountJWT is required';
  return /^[\w-]+\.[\w-]+\.[\w-]+$/.test(token) ? null : 'Config.ServiceAccountJWT is not a valid JWT';
}
