// gRPC as a stock agent speaks it to the server port: the library's own client, with first byte 8 in front; and events as plain
// values, read by hand.

import type { Socket } from 'node:net';
import grpc from '@grpc/grpc-js';
import { type ReadField, readFields } from '../../../src/workers/state/rpc/grpc/protobuf/reader.js';
import { waitFor } from '../../agent-process.js';

const SUBSCRIBE = '/subscribe.StateChangeSubscription/Subscribe';
const TRANSFER_LEADER = '/hashicorp.consul.internal.operator.OperatorService/TransferLeader';

/** Writes the first byte before the library writes anything. */
class FirstByte extends grpc.ChannelCredentials {
  override _isSecure(): boolean {
    return false;
  }

  override _equals(other: grpc.ChannelCredentials): boolean {
    return this === other;
  }

  override _createSecureConnector(
    ...[, , callCredentials]: Parameters<grpc.ChannelCredentials['_createSecureConnector']>
  ): ReturnType<grpc.ChannelCredentials['_createSecureConnector']> {
    return {
      connect: (socket: Socket) => {
        socket.write(Uint8Array.of(8));
        return Promise.resolve({ socket, secure: false });
      },
      waitForReady: () => Promise.resolve(),
      getCallCredentials: () => callCredentials ?? grpc.CallCredentials.createEmpty(),
      destroy: () => {},
    };
  }
}

/** `+web-1 passing`, `-web-1`, `snapshot of 7 is over`, `new snapshot`. */
export type Told = string;

function inside(fields: readonly ReadField[], number: number): readonly (readonly ReadField[])[] {
  return fields.flatMap(({ number: is, value }) =>
    is === number && typeof value !== 'number' ? [readFields(value) ?? []] : [],
  );
}

function text(fields: readonly ReadField[], number: number): string {
  return fields.find((field) => field.number === number)?.value.toString() ?? '';
}

function number(fields: readonly ReadField[], of: number): number {
  const value = fields.find((field) => field.number === of)?.value;
  return typeof value === 'number' ? value : 0;
}

function toldOf(fields: readonly ReadField[]): readonly Told[] {
  if (number(fields, 2) === 1) return [`snapshot of ${number(fields, 1)} is over`];
  if (number(fields, 3) === 1) return ['new snapshot'];
  const names = inside(fields, 12).map((service) => `${number(service, 1) === 1 ? '-' : '+'}${text(service, 2)}`);
  const batches = inside(fields, 4).flatMap((batch) => inside(batch, 1).flatMap(toldOf));
  const entries = inside(fields, 10).flatMap((health) =>
    inside(health, 2).map((entry) => {
      const id = inside(entry, 2).map((service) => text(service, 2));
      const statuses = inside(entry, 3).map((check) => text(check, 4));
      return number(health, 1) === 1 ? `-${id}` : `+${id} ${statuses.join(' ')}`.trimEnd();
    }),
  );
  return [...names, ...batches, ...entries];
}

export class Subscriber {
  readonly told: Told[] = [];
  /** Of the last event. */
  index = 0;
  ended: { readonly code: number; readonly details: string } | null = null;
  readonly call: grpc.ClientReadableStream<Buffer>;

  constructor(call: grpc.ClientReadableStream<Buffer>) {
    this.call = call;
    call.on('data', (message: Buffer) => {
      const fields = readFields(message) ?? [];
      this.index = number(fields, 1) || this.index;
      this.told.push(...toldOf(fields));
    });
    call.on('error', () => {});
    call.on('status', ({ code, details }) => {
      this.ended = { code, details };
    });
  }

  /** Waits until the last that was told is these lines. */
  hears(...lines: readonly Told[]): Promise<void> {
    const wanted = lines.join('\n');
    return this.#waits(() => this.told.join('\n').endsWith(wanted), wanted);
  }

  /** Waits until a line of this kind was told, whatever came after it. */
  hasHeard(line: RegExp): Promise<void> {
    return this.#waits(() => this.told.some((one) => line.test(one)), String(line));
  }

  async #waits(isThere: () => boolean, wanted: string): Promise<void> {
    try {
      await waitFor(isThere, wanted);
    } catch (error) {
      throw new Error(`${String(error)}; heard ${this.told.join(', ')}; ended ${JSON.stringify(this.ended)}`);
    }
  }

  async end(): Promise<{ readonly code: number; readonly details: string }> {
    await waitFor(() => this.ended !== null, 'the end of the call');
    return this.ended ?? { code: 0, details: '' };
  }
}

export class GrpcClient {
  readonly #client: grpc.Client;

  constructor(port: number) {
    this.#client = new grpc.Client(`127.0.0.1:${port}`, new FirstByte(), {
      'grpc.use_local_subchannel_pool': 1,
      'grpc.enable_retries': 0,
      'grpc.service_config_disable_resolution': 1,
    });
  }

  subscribe(request: Buffer): Subscriber {
    const plain = (bytes: Buffer): Buffer => bytes;
    return new Subscriber(this.#client.makeServerStreamRequest(SUBSCRIBE, plain, plain, request));
  }

  /** Answers true, or the error. */
  transferLeader(id: string, path = TRANSFER_LEADER): Promise<true | { code: number; details: string }> {
    const plain = (bytes: Buffer): Buffer => bytes;
    const name = Buffer.from(id);
    const request = id === '' ? name : Buffer.concat([Uint8Array.of(0x0a, name.length), name]);
    return new Promise((resolve) => {
      this.#client.makeUnaryRequest(path, plain, plain, request, (error, answer) => {
        if (error) resolve({ code: error.code, details: error.details });
        else if (answer?.toString('hex') === '0801') resolve(true);
        else resolve({ code: -1, details: answer?.toString('hex') ?? '' });
      });
    });
  }

  close(): void {
    this.#client.close();
  }
}

/** A subject by name, as a stock agent asks for it; `index`: of the last event it has; `datacenter`: of three letters. */
export function subscribeRequest(topic: number, name: string, index = 0, datacenter = 'dc1'): Buffer {
  const subject = Buffer.concat([Uint8Array.of(0x0a, name.length), Buffer.from(name)]);
  const indexBytes: number[] = [];
  if (index > 0) {
    indexBytes.push(0x20);
    let rest = index;
    for (; rest >= 128; rest = Math.floor(rest / 128)) indexBytes.push((rest % 128) | 128);
    indexBytes.push(rest);
  }
  return Buffer.concat([
    Uint8Array.of(0x08, topic, ...indexBytes, 0x2a, 3),
    Buffer.from(datacenter),
    name === '' ? Uint8Array.of(0x48, 1) : Buffer.concat([Uint8Array.of(0x52, subject.length), subject]),
  ]);
}
