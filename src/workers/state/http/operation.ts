// An operation: one method of one row of the endpoint table. It declares what it is for, which parameters and body it takes, what
// it answers and what a token needs for it; its function gets the values and gives the reply.

import type { JsonShape } from '../../../gotext/json-shape.js';
import type { Rule } from '../acl/access.js';
import type { ReadOrigin } from '../calls/blocking-read.js';
import type { Consistency } from '../calls/read-settings.js';
import type { ReadMethod } from '../methods/contract/method.js';
import type { BodyFormat } from './items/body-format.js';
import type { LINES_TYPE } from './items/item-stream.js';
import type { Reply } from './message/reply.js';
import type { ApiRequest } from './message/request.js';
import { ParameterSet } from './parameters/parameter-set.js';
import type { Parameters, Values } from './parameters/parameters.js';

/** What a 200 holds: JSON of a shape, or something else. */
export type Answer = JsonShape | 'nothing' | 'plain text' | 'archive' | 'html' | 'lines' | 'profile';

/** What another status than 200 holds: what a 200 may hold, or the text of an error. */
export type OtherAnswer = Answer | 'error';

/** Options of a read that an operation takes which isn't a read of the replicated state. */
export type TakenOptions = 'consistency' | 'hash' | 'index';

interface Described<P extends Parameters> {
  readonly summary: string;
  readonly acl: readonly Rule[];
  readonly parameters?: P;
  readonly answer: Answer;
  /** What the request may ask for in place of JSON, by its parameters or by the form of its own body. */
  readonly alsoAs?: 'text/plain' | 'application/pem-certificate-chain' | typeof LINES_TYPE;
  /** Other statuses that it answers with, beside those that any row may (openapi/responses.ts). */
  readonly others?: { readonly [status: number]: OtherAnswer };
  /** What is answered while the agent has this turned off; null while it hasn't. */
  readonly off?: () => Reply | null;
  /** Parameters of which any makes an empty rest of the path a right one. */
  readonly emptyRestWith?: readonly (keyof P & string)[];
  /** Of these at most one may be given; the text shows those that were. */
  readonly exclusive?: { readonly names: readonly (keyof P & string)[]; refuse(shown: string): Reply };
}

// An operation's function may leave its parameters out where it declares none.
type None = Record<never, never>;

/** As the framework keeps it: with its parameters ready to be read. */
type Ready<D, P extends Parameters> = Omit<D, 'parameters'> & { readonly parameters: ParameterSet<P> };

/** How a read of the replicated state is asked and shown. */
export interface ReadForm<V, Request, Value> {
  readonly method: ReadMethod<Request, Value>;
  /** What the parameters ask; a Reply refuses them before anything is read. */
  request(values: V, call: ApiRequest): Request | Reply;
  /**
   * Body (or a whole reply, as for a KV miss) of the result; called once. Few of them say where it comes from, which the
   * headers say of each.
   */
  reply(value: Value, request: Request, index: number, origin: ReadOrigin, consistency: Consistency): Reply;
  /** With the addresses by which other datacenters reach what it names (`translate_wan_addrs`). */
  translated?(value: Value): Value;
  /** Where the value comes from, if it is not always the datacenter that the request names. */
  datacenterOf?(value: Value): string;
  /**
   * Could be served from the event stream (health/service and health/connect without `near`): with `index` or `cached` the
   * streaming headers of spec/http.md section 3 are sent.
   */
  streaming?(request: Request): boolean;
  /** Its answer goes out without a read's headers. */
  readonly isBare?: true;
}

/** What of a read's headers and options differs from row to row. */
interface ReadTraits {
  /** X-Consul-Effective-Consistency is sent (catalog, health …; not KV and sessions). */
  readonly effectiveConsistency: boolean;
  /** A failed read shows a read's headers too: catalog, health lists, sessions, coordinates. */
  readonly failureHeaders?: boolean;
  /** `?cached` means something here; elsewhere it is ignored. `always`: whether it is said or not. */
  readonly cacheable?: boolean | 'always';
  /** `discovery_max_stale` applies: catalog and health. */
  readonly discovery?: boolean;
  /** It may have to ask other datacenters: no reader answers it. */
  readonly needsMoreThanStore?: boolean;
  /** A 404 goes out without a read's headers (coordinates of an unknown node). */
  readonly missesAreBare?: boolean;
}

/**
 * A read of the replicated state by one of its methods. The framework checks datacenter, leader and consistency, waits for a
 * change where an index was sent, and adds the read's headers.
 */
interface ReadSpec<P extends Parameters, Request, Value>
  extends Described<P>,
    ReadTraits,
    ReadForm<Values<P>, Request, Value> {}

/** A read whose method depends on the parameters: KV reads one key, a list of entries, or one of keys. */
interface ReadChoiceSpec<P extends Parameters> extends Described<P>, ReadTraits {
  choose(values: Values<P>, call: ApiRequest): AnyReadForm<Values<P>>;
}

/**
 * Where no method judges the caller's token. `row`: every rule of `acl` is needed, on this agent's node where it is one of agents or
 * nodes. `function`: it gets the authorizer, and judges by what the call turns out to be about.
 */
export type Judges = 'row' | 'function';

/** Anything but a read of the replicated state. */
interface ActionSpec<P extends Parameters, B> extends Described<P> {
  readonly judges?: Judges;
  readonly reads?: TakenOptions;
  readonly body?: BodyFormat<B>;
  run(call: ApiRequest, values: Values<P>, body: B): Reply | Promise<Reply>;
}

// biome-ignore lint/suspicious/noExplicitAny: a table holds reads of different results; each is closed in itself
export type AnyReadForm<V> = ReadForm<V, any, any>;
// biome-ignore lint/suspicious/noExplicitAny: and rows of different parameters
type AnyParameters = any;

export type ReadOperation = { readonly kind: 'read' } & Ready<
  Described<AnyParameters> & ReadTraits & { choose(values: unknown, call: ApiRequest): AnyReadForm<unknown> },
  AnyParameters
>;
export type ActionOperation = { readonly kind: 'action' } & Ready<ActionSpec<AnyParameters, unknown>, AnyParameters>;
export type Operation = ReadOperation | ActionOperation;

const NO_PARAMETERS = new ParameterSet({});

function setOf<P extends Parameters>({ parameters }: { readonly parameters?: P }): ParameterSet<Parameters> {
  return parameters === undefined ? NO_PARAMETERS : new ParameterSet<Parameters>(parameters);
}

export function read<Request, Value, const P extends Parameters = None>(
  spec: ReadSpec<P, Request, Value>,
): ReadOperation {
  const { method, request, reply, streaming, isBare, translated, datacenterOf, ...rest } = spec;
  const form: AnyReadForm<unknown> = { method, request: request as AnyReadForm<unknown>['request'], reply };
  const whole: AnyReadForm<unknown> = {
    ...form,
    ...(isBare === undefined ? {} : { isBare }),
    ...(streaming === undefined ? {} : { streaming }),
    ...(translated === undefined ? {} : { translated }),
    ...(datacenterOf === undefined ? {} : { datacenterOf }),
  };
  return { ...rest, kind: 'read', parameters: setOf(spec), choose: () => whole };
}

export function readChoice<const P extends Parameters>(spec: ReadChoiceSpec<P>): ReadOperation {
  const choose = spec.choose as ReadOperation['choose'];
  return { ...spec, kind: 'read', parameters: setOf(spec), choose };
}

export function action<const P extends Parameters = None, B = null>(spec: ActionSpec<P, B>): ActionOperation {
  return {
    ...spec,
    kind: 'action',
    parameters: setOf(spec),
    run: spec.run as ActionOperation['run'],
  } as ActionOperation;
}
