// Which protocol a service speaks, and what it allows. All services of one chain speak the same.

import { type FindEntry, GLOBAL } from './entries.js';

const DEFAULT = 'tcp';
const HTTP_LIKE: ReadonlySet<string> = new Set(['http', 'http2', 'grpc']);

/** Requests can be told apart, so that they can be routed, split and judged one by one. */
export function isHttpLike(protocol: string): boolean {
  return HTTP_LIKE.has(protocol);
}

/** Its own, else that of all proxies, else tcp. */
export function protocolOf(find: FindEntry, service: string): string {
  const own = find('service-defaults', service)?.Protocol ?? '';
  if (own !== '') return own.toLowerCase();
  const all = find('proxy-defaults', GLOBAL);
  if (all === undefined) return DEFAULT;
  if (all.Protocol !== '') return all.Protocol.toLowerCase();
  const given = all.Config !== null && Object.hasOwn(all.Config, 'protocol') ? all.Config['protocol'] : undefined;
  return typeof given === 'string' && given !== '' ? given.toLowerCase() : DEFAULT;
}

/** Takes in the services of a chain, in the order in which they are met. */
export class CommonProtocol {
  readonly #find: FindEntry;
  readonly #chain: string;
  readonly #known = new Set<string>();
  #protocol = '';

  constructor(find: FindEntry, chain: string) {
    this.#find = find;
    this.#chain = chain;
  }

  /** Of the first service. */
  get protocol(): string {
    return this.#protocol;
  }

  /** The problem where the service's is another one. */
  meet(service: string): string | null {
    if (this.#known.has(service)) return null;
    this.#known.add(service);
    const protocol = protocolOf(this.#find, service);
    if (this.#protocol === '') this.#protocol = protocol;
    if (protocol === this.#protocol) return null;
    return (
      `discovery chain "${this.#chain}" uses inconsistent protocols; ` +
      `service "${service}" has "${protocol}" which is not "${this.#protocol}"`
    );
  }
}
