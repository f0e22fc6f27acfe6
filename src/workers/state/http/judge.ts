// What a row declares, asked of a call: is it turned on, is the rest of the path there, do the parameters contradict each other,
// is each of them right. Then its body is read and its function called.

import { denial, isRefusal } from '../methods/contract/refusal.js';
import type { Judged } from '../methods/contract/token-resolver.js';
import { turns } from '../turns/turns.js';
import type { Endpoint } from './endpoint.js';
import { type Reply, refused } from './message/reply.js';
import type { IncomingCall } from './message/request.js';
import type { ActionOperation, Operation } from './operation.js';
import { type Parameters, Refused, type Values } from './parameters/parameters.js';

/** What is longer is read in steps: anything may be in it. */
const LONG_BODY_BYTES = 32 * 1024;

/** The values of the operation's parameters, or what refuses the call. */
export function judge(endpoint: Endpoint, operation: Operation, call: IncomingCall): Values<Parameters> | Refused {
  const { off, emptyRestWith, exclusive } = operation;
  const turnedOff = off === undefined ? null : off();
  if (turnedOff !== null) return new Refused(turnedOff);
  if (call.rest === '') {
    const missing = endpoint.rest?.missing;
    const mayBeEmpty = emptyRestWith?.some((name: string) => call.query.has(name)) ?? false;
    if (missing && !mayBeEmpty) return new Refused(missing);
  }
  if (exclusive !== undefined && call.query.nameBits !== 0) {
    const given = exclusive.names.filter((name: string) => call.query.has(name));
    if (given.length > 1) {
      const shown = given.map((name: string) => `${name}=${call.query.first(name)}`).join('&');
      return new Refused(exclusive.refuse(shown));
    }
  }
  return operation.parameters.read(call);
}

/** The same for a row that judges the caller's token itself. */
export function performAs(
  endpoint: Endpoint,
  operation: ActionOperation,
  call: IncomingCall,
  judged: Judged,
  nodeName: string,
): Reply | Promise<Reply> {
  if (isRefusal(judged)) return refused(judged);
  call.authorizer = judged;
  if (operation.judges === 'row') {
    for (const rule of operation.acl) {
      const isOfNode = rule.startsWith('agent:') || rule.startsWith('node:');
      const denied = denial(judged, rule, isOfNode ? nodeName : '');
      if (denied !== null) return refused(denied);
    }
  }
  return perform(endpoint, operation, call);
}

/** An action's answer; at once where it takes no body and waits for nothing. */
export function perform(endpoint: Endpoint, operation: ActionOperation, call: IncomingCall): Reply | Promise<Reply> {
  const badOptions = operation.reads === undefined ? null : call.judgeOptions(false);
  if (badOptions !== null) return badOptions;
  const values = judge(endpoint, operation, call);
  if (values instanceof Refused) return values.reply;
  return operation.body === undefined ? operation.run(call, values, null) : withBody(operation, call, values);
}

async function withBody(
  { body, run }: ActionOperation,
  call: IncomingCall,
  values: Values<Parameters>,
): Promise<Reply> {
  if (body === undefined) throw new Error('an operation without a body');
  if ('stream' in body) return run(call, values, body.stream(call.bodyPieces(), call));
  const received = await call.body(body.limit === null ? null : body.limit(), body.setting);
  if (!received.ok) return received.reply;
  const { bytes } = received;
  const isLong = bytes.byteLength > LONG_BODY_BYTES && body.readInSteps !== undefined;
  const given = isLong ? await turns.finished(body.readInSteps(bytes)) : body.read(bytes);
  return given instanceof Refused ? given.reply : run(call, values, given);
}
