// What auth methods are made of, as the command line says it.

import type { Flag } from '../../gotext/flag-set.js';
import type { Options } from '../command/command.js';
import { readInput } from '../command/input.js';
import type { Parsed } from '../http/client.js';
import type { Written } from './call.js';
import { givenTexts } from './noun.js';

const KUBERNETES_FIELDS: ReadonlyMap<string, string> = new Map([
  ['kubernetes-host', 'Host'],
  ['kubernetes-service-account-jwt', 'ServiceAccountJWT'],
]);
const FIELDS: ReadonlyMap<string, string> = new Map([
  ['name', 'Name'],
  ['type', 'Type'],
  ['description', 'Description'],
  ['display-name', 'DisplayName'],
  ['max-token-ttl', 'MaxTokenTTL'],
  ['token-locality', 'TokenLocality'],
]);

export const AUTH_METHOD_FLAGS: readonly Flag[] = [
  { name: 'name', kind: 'string', usage: 'Name of the auth method.' },
  { name: 'description', kind: 'string', usage: 'What it is for.' },
  { name: 'display-name', kind: 'string', usage: 'What user interfaces are to call it.' },
  { name: 'max-token-ttl', kind: 'duration', usage: 'How long tokens of a login may live at most.' },
  { name: 'token-locality', kind: 'string', usage: 'Where they count: local, which is the default, or global.' },
  {
    name: 'config',
    kind: 'string',
    usage: 'Configuration of its type, in JSON: itself, @FILE, or - for standard input.',
  },
  { name: 'kubernetes-host', kind: 'string', usage: "Address of Kubernetes' API." },
  { name: 'kubernetes-ca-cert', kind: 'string', usage: 'PEM of the CA of that address: itself, @FILE, or -.' },
  { name: 'kubernetes-service-account-jwt', kind: 'string', usage: 'With what tokens are reviewed there.' },
];

/** The fields that were given, over those of `existing`. */
export async function givenAuthMethod(options: Options, existing: Written = {}): Promise<Parsed<Written>> {
  const fields: Written = { ...existing, ...givenTexts(options, FIELDS) };
  const kubernetes = await kubernetesConfig(options);
  if (!kubernetes.ok) return kubernetes;
  const isKubernetes = Object.keys(kubernetes.value).length > 0;
  if (!options.has('config')) {
    const before = typeof fields['Config'] === 'object' ? fields['Config'] : {};
    return { ok: true, value: isKubernetes ? { ...fields, Config: { ...before, ...kubernetes.value } } : fields };
  }
  if (isKubernetes) return { ok: false, error: 'Cannot use command line arguments with -config flag' };
  const input = await readInput(options.text('config'));
  if (!input.ok) return { ok: false, error: `Error loading configuration file: ${input.error}` };
  try {
    return { ok: true, value: { ...fields, Config: JSON.parse(input.data.toString('utf8')) as unknown } };
  } catch (error) {
    return { ok: false, error: `Error parsing JSON for auth method config: ${(error as Error).message}` };
  }
}

async function kubernetesConfig(options: Options): Promise<Parsed<{ readonly [field: string]: string }>> {
  const fields = givenTexts(options, KUBERNETES_FIELDS);
  if (!options.has('kubernetes-ca-cert')) return { ok: true, value: fields };
  const certificate = await readInput(options.text('kubernetes-ca-cert'));
  if (!certificate.ok) return { ok: false, error: `Error reading the certificate: ${certificate.error}` };
  return { ok: true, value: { ...fields, CACert: certificate.data.toString('utf8') } };
}
