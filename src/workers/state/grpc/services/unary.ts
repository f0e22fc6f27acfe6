// A method that is asked once and answered once: its request read, its answer written, and a refusal as the status that clients
// of gRPC act upon.

import { surprise } from '../../../../observe/surprise.js';
import { isRefusal, type Refusal } from '../../methods/contract/refusal.js';
import type { GrpcCall, Serve } from '../../rpc/grpc/grpc-call.js';
import { Status } from '../../rpc/grpc/status.js';
import { framed, type Method, pathOf } from '../messages/message.js';
import { statusOf } from './statuses.js';

export type Path = readonly [path: string, serve: Serve];

type Answer<Out> = Out | Refusal | Promise<Out | Refusal>;

/** One that is named is neither read nor looked at. */
export function unary<In, Out extends object>(
  method: Method<In, Out>,
  answer: (request: In, call: GrpcCall) => Answer<Out>,
): Path {
  const { input, output } = method;
  const finish = (call: GrpcCall, answered: Out | Refusal): void => {
    if (isRefusal(answered)) call.end(statusOf(answered), answered.text);
    else {
      call.send(framed(output, answered));
      call.end(Status.ok, '');
    }
  };
  return [
    pathOf(method),
    (call, bytes) => {
      const request = input.read(bytes);
      if (request === null) {
        call.end(Status.internal, 'the request is no message of protobuf');
        return null;
      }
      const answered = answer(request, call);
      if (answered instanceof Promise) {
        answered
          .then((later) => finish(call, later))
          .catch((error: unknown) => {
            surprise(error);
            call.end(Status.internal, 'unexpected error');
          });
      } else finish(call, answered);
      return null;
    },
  ];
}
