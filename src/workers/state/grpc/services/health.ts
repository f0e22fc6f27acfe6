// grpc.health.v1.Health: what is served is there for as long as the port listens.

import { Status } from '../../rpc/grpc/status.js';
import { check, Serving, watch } from '../messages/health.js';
import { framed, pathOf } from '../messages/message.js';
import { type Path, unary } from './unary.js';

/** `services`: by name. */
export function health(services: ReadonlySet<string>): readonly Path[] {
  const isServed = (service: string): boolean => service === '' || services.has(service);
  return [
    unary(check, ({ service }, call) => {
      if (isServed(service)) return { status: Serving.serving };
      call.end(Status.notFound, 'unknown service');
      return { status: Serving.unknownService };
    }),
    [
      pathOf(watch),
      (call, bytes) => {
        const request = watch.input.read(bytes);
        if (request === null) call.end(Status.internal, 'the request is no message of protobuf');
        else {
          const status = isServed(request.service) ? Serving.serving : Serving.unknownService;
          // Nothing follows: with the port the call ends.
          call.send(framed(watch.output, { status }));
        }
        return null;
      },
    ],
  ];
}
