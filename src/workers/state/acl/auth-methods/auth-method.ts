// Whether an auth method is one, before it is written: its name, its type, what tokens it makes, and its configuration.

import { formatDuration } from '../../../../gotext/duration.js';
import { quote } from '../../../../gotext/quote.js';
import type { FieldTable } from '../../filter/fields.js';
import type { ConfigMap, Decoded } from './config-fields.js';
import { type Identity, jwtIdentity, kubernetesIdentity } from './identity.js';
import { type JwtConfig, parseJwtConfig } from './jwt-config.js';
import { type KubernetesConfig, parseKubernetesConfig } from './kubernetes-config.js';

/** Of an auth method's record (wire/acl/records.ts) what is judged here. */
export interface AuthMethodFields {
  readonly Name: string;
  readonly Type: string;
  /** Nanoseconds; 0: tokens have no end. */
  readonly MaxTokenTTL: number;
  readonly TokenLocality: string;
  readonly Config: ConfigMap;
}

export type MethodConfig =
  | { readonly type: 'jwt'; readonly jwt: JwtConfig }
  | { readonly type: 'kubernetes'; readonly kubernetes: KubernetesConfig };

const PREFIX = 'Invalid Auth Method: ';
const NAME = /^[A-Za-z0-9_-]{1,128}$/;
const TYPES = 'aws-iam jwt kubernetes';
const MIN_TOKEN_TTL_NS = 60e9;
const MAX_TOKEN_TTL_NS = 86_400e9;

function parseConfig(type: string, config: ConfigMap): Decoded<MethodConfig> {
  if (type === 'jwt') {
    const jwt = parseJwtConfig(config);
    return jwt.ok ? { ok: true, value: { type, jwt: jwt.value } } : jwt;
  }
  if (type === 'kubernetes') {
    const kubernetes = parseKubernetesConfig(config);
    return kubernetes.ok ? { ok: true, value: { type, kubernetes: kubernetes.value } } : kubernetes;
  }
  if (type === 'aws-iam')
    return { ok: false, error: 'auth methods of type "aws-iam" are not supported by this version' };
  return { ok: false, error: `Type should be one of: [${TYPES}]` };
}

/** What it is configured to, or why it isn't taken, as the client is told. */
export function parseAuthMethod(method: AuthMethodFields): Decoded<MethodConfig> {
  const { Name, Type, MaxTokenTTL, TokenLocality, Config } = method;
  const refuse = (error: string): Decoded<MethodConfig> => ({ ok: false, error: PREFIX + error });
  if (Name === '') return refuse('no Name is set');
  if (!NAME.test(Name)) return refuse("invalid Name. Only alphanumeric characters, '-' and '_' are allowed");
  const config = parseConfig(Type, Config);
  if (!config.ok) return refuse(config.error);
  const ttl = `MaxTokenTTL ${formatDuration(MaxTokenTTL)} cannot be`;
  if (MaxTokenTTL !== 0 && MaxTokenTTL < MIN_TOKEN_TTL_NS) {
    return { ok: false, error: `${ttl} less than ${formatDuration(MIN_TOKEN_TTL_NS)}` };
  }
  if (MaxTokenTTL > MAX_TOKEN_TTL_NS) {
    return { ok: false, error: `${ttl} more than ${formatDuration(MAX_TOKEN_TTL_NS)}` };
  }
  if (!['', 'local', 'global'].includes(TokenLocality)) {
    return refuse(`TokenLocality should be one of 'local' or 'global', not ${quote(TokenLocality)}`);
  }
  return config;
}

/** What its binding rules may speak of. */
export interface Vocabulary {
  readonly fields: FieldTable;
  readonly variables: ReadonlySet<string>;
}

export function vocabularyOf(config: MethodConfig): Vocabulary {
  const { fields, variables } = blankIdentity(config);
  return { fields, variables: new Set(variables.keys()) };
}

function blankIdentity(config: MethodConfig): Identity {
  if (config.type === 'jwt') return jwtIdentity(new Map(), new Map(), config.jwt.claims.values());
  return kubernetesIdentity({ namespace: '', name: '', uid: '' });
}
