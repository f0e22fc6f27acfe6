// The ports of gRPC as programs ask there: the library's own client, with the messages of the tables under test. What the bytes
// have to be is the Go client's to say (interop/grpc).

import grpc from '@grpc/grpc-js';
import { framed, type Method, pathOf } from '../../../src/workers/state/grpc/messages/message.js';
import { waitFor } from '../../agent-process.js';

const FRAME_HEADER = 5;

/** How a call ended. */
export interface Ended {
  readonly code: number;
  readonly details: string;
}

export interface Asking {
  readonly token?: string;
}

function metadataOf({ token }: Asking): grpc.Metadata {
  const metadata = new grpc.Metadata();
  if (token !== undefined) metadata.set('x-consul-token', token);
  return metadata;
}

function codecOf<In, Out>({ input, output }: Method<In, Out>) {
  return {
    write: (request: In) => framed(input, request).subarray(FRAME_HEADER),
    read: (bytes: Buffer): Out => {
      const read = output.read(bytes);
      if (read === null) throw new Error('the answer is no message');
      return read;
    },
  };
}

/** A call that goes on: what it was told so far. */
export class Told<Out> {
  readonly all: Out[] = [];
  ended: Ended | null = null;
  readonly #call: grpc.ClientReadableStream<Out>;

  constructor(call: grpc.ClientReadableStream<Out>) {
    this.#call = call;
    call.on('data', (message: Out) => this.all.push(message));
    call.on('error', () => {});
    call.on('status', ({ code, details }) => {
      this.ended = { code, details };
    });
  }

  get last(): Out | undefined {
    return this.all.at(-1);
  }

  /** Waits until it was told something of which this holds. */
  async hears(is: (last: Out) => boolean, what: string): Promise<Out> {
    await waitFor(
      () => this.last !== undefined && is(this.last),
      `${what}; it ended ${JSON.stringify(this.ended)}`,
      30_000,
    );
    return this.last as Out;
  }

  async end(): Promise<Ended> {
    await waitFor(() => this.ended !== null, 'the end of the call', 30_000);
    return this.ended as Ended;
  }

  cancel(): void {
    this.#call.cancel();
  }
}

export class PublicClient {
  readonly #client: grpc.Client;

  /** `address`: `host:port`, or `unix:path`. */
  constructor(address: string, credentials = grpc.credentials.createInsecure(), options: grpc.ClientOptions = {}) {
    this.#client = new grpc.Client(address, credentials, {
      'grpc.use_local_subchannel_pool': 1,
      'grpc.enable_retries': 0,
      'grpc.service_config_disable_resolution': 1,
      'grpc.initial_reconnect_backoff_ms': 100,
      ...options,
    });
  }

  ask<In, Out>(method: Method<In, Out>, request: In, asking: Asking = {}): Promise<Out | Ended> {
    const { write, read } = codecOf(method);
    return new Promise((resolve) => {
      this.#client.makeUnaryRequest(pathOf(method), write, read, request, metadataOf(asking), (error, answer) => {
        if (error) resolve({ code: error.code, details: error.details });
        else resolve(answer as Out);
      });
    });
  }

  /** An answer, or the test fails. */
  async answer<In, Out extends object>(method: Method<In, Out>, request: In, asking: Asking = {}): Promise<Out> {
    const answer = await this.ask(method, request, asking);
    if ('code' in answer && 'details' in answer) throw new Error(`${answer.code}: ${answer.details}`);
    return answer as Out;
  }

  watch<In, Out>(method: Method<In, Out>, request: In, asking: Asking = {}): Told<Out> {
    const { write, read } = codecOf(method);
    return new Told(this.#client.makeServerStreamRequest(pathOf(method), write, read, request, metadataOf(asking)));
  }

  converse<In, Out>(method: Method<In, Out>, requests: readonly In[]): Told<Out> {
    const { write, read } = codecOf(method);
    const call = this.#client.makeBidiStreamRequest(pathOf(method), write, read, new grpc.Metadata());
    for (const request of requests) call.write(request);
    call.end();
    return new Told(call);
  }

  close(): void {
    this.#client.close();
  }
}
