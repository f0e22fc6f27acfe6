// A service account's token to the identity that it proves: the Kubernetes API server is asked whether it is one of its tokens
// (TokenReview), and for the account's annotation that may give the service another name.

import { parseJson } from '../../../../gotext/json-parse.js';
import type { JsonValue } from '../../../../gotext/json-value.js';
import { type Claims, claimOf } from './claims.js';
import type { Decoded } from './config-fields.js';
import { type Identity, kubernetesIdentity } from './identity.js';
import type { KubernetesConfig } from './kubernetes-config.js';
import { type LimitedRequest, limitedRequest, RequestFailure } from './limited-request.js';

const ANNOTATION = 'consul.hashicorp.com/service-name';
const USER = /^system:serviceaccount:([^:/]+):([^:/]+)$/;

export class TokenReviewer {
  readonly #config: KubernetesConfig;

  constructor(config: KubernetesConfig) {
    this.#config = config;
  }

  async verify(token: string): Promise<Decoded<Identity>> {
    if (token === '') return { ok: false, error: 'missing jwt' };
    try {
      const status = textsOf(await this.#review(token), ['/status/error', '/status/user/username', '/status/user/uid']);
      const [error, username, uid] = status.texts;
      if (error !== '') return { ok: false, error: `lookup failed: ${error}` };
      if (claimOf(status.object, '/status/authenticated') !== true) {
        return { ok: false, error: 'lookup failed: service account jwt not valid' };
      }
      const [, namespace, name] = USER.exec(username ?? '') ?? [];
      if (namespace === undefined || name === undefined) {
        return { ok: false, error: 'lookup failed: the token is not one of a service account' };
      }
      const renamed = await this.#annotation(namespace, name);
      return {
        ok: true,
        value: kubernetesIdentity({ namespace, name: renamed === '' ? name : renamed, uid: uid ?? '' }),
      };
    } catch (error) {
      if (error instanceof RequestFailure) return { ok: false, error: `lookup failed: ${error.message}` };
      throw error;
    }
  }

  #review(token: string): Promise<Claims> {
    const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token } };
    return this.#ask('/apis/authentication.k8s.io/v1/tokenreviews', 'POST', JSON.stringify(review));
  }

  async #annotation(namespace: string, name: string): Promise<string> {
    const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/serviceaccounts/${encodeURIComponent(name)}`;
    const account = await this.#ask(path, 'GET', '');
    const [renamed] = textsOf(account, [`/metadata/annotations/${ANNOTATION.replaceAll('/', '~1')}`]).texts;
    return renamed ?? '';
  }

  async #ask(path: string, method: LimitedRequest['method'], body: string): Promise<Claims> {
    const { host, ca, token } = this.#config;
    const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
    const { status, text } = await limitedRequest({ url: `${host}${path}`, ca, method, headers, body });
    if (status !== 200 && status !== 201) throw new RequestFailure(`${method} ${path}: unexpected status ${status}`);
    const parsed = parseJson(text, 'unmarshal');
    const value: JsonValue = parsed.ok ? parsed.value : null;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new RequestFailure(`${method} ${path}: the answer is no object`);
    }
    return value as Claims;
  }
}

/** "" for what isn't there. */
function textsOf(object: Claims, pointers: readonly string[]): { readonly object: Claims; readonly texts: string[] } {
  const texts = pointers.map((pointer) => {
    const value = claimOf(object, pointer);
    return typeof value === 'string' ? value : '';
  });
  return { object, texts };
}
