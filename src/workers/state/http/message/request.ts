// What an endpoint gets of a request that came over HTTP.

import type { Authorizer } from '../../acl/access.js';
import type { ReadSettings } from '../../calls/read-settings.js';
import type { Caller } from '../../methods/contract/token-resolver.js';
import type { BodyPieces } from './body-stream.js';
import type { Reply } from './reply.js';

export type HttpMethod = 'GET' | 'PUT' | 'POST' | 'DELETE';

/** Options common to all reads (spec/http.md, section 3), already checked. */
export interface ReadOptions extends ReadSettings {
  /** `?cached` asked for and allowed. */
  readonly cached: boolean;
  /** Content hash to wait for a change of; "" = none. */
  readonly hash: string;
}

/** One of 31 bits for a name, by its length and how it begins: tells most names apart without comparing any text. */
export function nameBit(firstCharacter: number, length: number): number {
  return 1 << ((firstCharacter + length * 7) % 31);
}

/** Parameters of the query string: first value counts, presence counts for flags. */
export interface QueryParameters {
  /** The bits of the names that are there ({@link nameBit}): a name whose bit isn't among them is absent. */
  readonly nameBits: number;
  has(name: string): boolean;
  /** First value; "" when absent. */
  first(name: string): string;
  all(name: string): readonly string[];
}

export type BodyOutcome =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly reply: Reply };

/** What the function of a row sees. Its parameters and its body are given to it beside this. */
export interface ApiRequest {
  readonly method: HttpMethod;
  /** What stands behind the row's prefix, percent-decoded and whole; "" for exact paths. */
  readonly rest: string;
  readonly asker: Caller;
  /** What the token may do; everything where the row leaves that to a method. */
  readonly authorizer: Authorizer;
  /** Of who is connected; "" on a unix socket. */
  readonly remoteAddress: string;
  /** Own datacenter when not given. */
  readonly datacenter: string;
  /** The request names a datacenter. */
  readonly namesDatacenter: boolean;
  /** Options of a read, already checked; the defaults where the row takes none. */
  readonly options: ReadOptions;
  /** Calls back when the client hangs up before the answer. Only who asks for it is ended by a half-closed connection. */
  onAbort(callback: () => void): void;
}

/** Where parameters stand. */
export interface ParameterSource {
  readonly query: QueryParameters;
  header(lowerName: string): string | undefined;
}

/** What the framework sees of it. */
export interface IncomingCall extends ApiRequest, ParameterSource {
  authorizer: Authorizer;
  /** Sets `options` from query and headers, or gives the reply that refuses them. */
  judgeOptions(discovery: boolean): Reply | null;
  /**
   * The whole body, at most `limit` bytes, or as many as any may have (null); beyond it a 413 reply in the recorded wording,
   * the rest not buffered. `setting` is the key of `limits` that the text names. The bytes belong to the caller and may be a view into a larger
   * buffer.
   */
  body(limit: number | null, setting?: string): Promise<BodyOutcome>;
  /** The body as it comes, in place of {@link body}. */
  bodyPieces(): BodyPieces;
}
