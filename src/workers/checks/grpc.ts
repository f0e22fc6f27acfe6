// The gRPC check: the standard health protocol (grpc.health.v1.Health/Check) over @grpc/grpc-js, which is only loaded when
// such a check exists. TLS is shaken by our own code, for the name, the trust and the texts of the other checks. grpc-js words
// failed connections its own way, so one is tried once more by hand to say in Go's words what is wrong.

import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { ChannelCredentials, Client, ServiceError } from '@grpc/grpc-js';
import { messageOf } from '../../gotext/errno.js';
import { joinHostPort } from '../../gotext/host-port.js';
import { quote } from '../../gotext/quote.js';
import type { Probe } from '../../wire/checks/check-task.js';
import { Dial } from './dial/dial.js';
import { parseAddress } from './dial/go-address.js';
import { shakeHands } from './dial/tls-handshake.js';
import { type Cancel, critical, type Done, type Outcome, type ProbeRun, passing } from './probe/probe.js';

type GrpcProbe = Extract<Probe, { kind: 'grpc' }>;
type Grpc = typeof import('@grpc/grpc-js');

const METHOD = '/grpc.health.v1.Health/Check';
const UNAVAILABLE = 14;
const DEADLINE_EXCEEDED = 4;
/** Go's names of the status codes, by number. */
const CODES = [
  'OK',
  'Canceled',
  'Unknown',
  'InvalidArgument',
  'DeadlineExceeded',
  'NotFound',
  'AlreadyExists',
  'PermissionDenied',
  'ResourceExhausted',
  'FailedPrecondition',
  'Aborted',
  'OutOfRange',
  'Unimplemented',
  'Internal',
  'Unavailable',
  'DataLoss',
  'Unauthenticated',
] as const;
const SERVING = 1;
/** When it happened, in grpc-js's words: an output with a time in it would be a change, and a write, at every run. */
const TIME = / \(\d{4}-\d\d-\d\dT[\d:.]+Z\)/g;
const STATUSES = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'] as const;

export function startGrpc(run: ProbeRun<GrpcProbe>, done: Done): Cancel {
  const attempt = new GrpcAttempt(run, done);
  return () => attempt.cancel();
}

/** HealthCheckRequest: field 1, the service's name. */
function encodeRequest(service: string): Buffer {
  const name = Buffer.from(service, 'utf8');
  if (name.length === 0) return name;
  const length: number[] = [];
  for (let rest = name.length; ; rest >>>= 7) {
    if (rest < 0x80) {
      length.push(rest);
      break;
    }
    length.push((rest & 0x7f) | 0x80);
  }
  return Buffer.concat([Buffer.from([0x0a, ...length]), name]);
}

/** HealthCheckResponse: field 1, the serving status; 0 when it's left out. Other fields don't exist. */
function decodeResponse(message: Buffer): number {
  return message[0] === 0x08 ? (message[1] ?? 0) : 0;
}

function rpcError(code: number, description: string): string {
  return `rpc error: code = ${CODES[code] ?? `Code(${code})`} desc = ${description}`;
}

function connectionError(why: string): Outcome {
  return critical(rpcError(UNAVAILABLE, `connection error: desc = ${quote(`transport: ${why}`)}`));
}

/**
 * Credentials through which every connection of a client passes before it's used. The underscored methods are what
 * grpc-js's own credentials are made of; its version is pinned, and the recorded checks fail when they change.
 */
function checkCredentials(
  grpc: Grpc,
  isSecure: boolean,
  prepare: (socket: Socket) => Promise<Socket>,
): ChannelCredentials {
  class CheckCredentials extends grpc.ChannelCredentials {
    override _isSecure(): boolean {
      return isSecure;
    }

    override _equals(other: ChannelCredentials): boolean {
      return this === other;
    }

    override _createSecureConnector(
      ...[, , callCredentials]: Parameters<ChannelCredentials['_createSecureConnector']>
    ): ReturnType<ChannelCredentials['_createSecureConnector']> {
      return {
        connect: async (socket) => ({ socket: await prepare(socket), secure: isSecure }),
        waitForReady: () => Promise.resolve(),
        getCallCredentials: () => callCredentials ?? grpc.CallCredentials.createEmpty(),
        destroy: () => {},
      };
    }
  }
  return new CheckCredentials();
}

class GrpcAttempt {
  readonly #run: ProbeRun<GrpcProbe>;
  readonly #done: Done;
  readonly #address: string;
  readonly #service: string;
  readonly #deadlineMs: number;
  readonly #timer: NodeJS.Timeout;
  #client: Client | null = null;
  readonly #sockets: Socket[] = [];
  #dial: Dial | null = null;
  /** Why TLS failed, '' when it didn't. */
  #handshakeError = '';
  #settled = false;

  constructor(run: ProbeRun<GrpcProbe>, done: Done) {
    this.#run = run;
    this.#done = done;
    const { target } = run.probe;
    const slash = target.indexOf('/');
    this.#address = slash === -1 ? target : target.slice(0, slash);
    this.#service = slash === -1 ? '' : target.slice(slash + 1);
    this.#deadlineMs = Date.now() + run.timeoutMs;
    this.#timer = setTimeout(
      () => this.#settle(critical(rpcError(DEADLINE_EXCEEDED, 'context deadline exceeded'))),
      run.timeoutMs,
    );
    import('@grpc/grpc-js')
      .then((grpc) => this.#ask(grpc))
      .catch((error: unknown) => this.#settle(critical(rpcError(UNAVAILABLE, messageOf(error)))));
  }

  cancel(): void {
    this.#settled = true;
    this.#release();
  }

  /** grpc-js forgets sockets whose HTTP/2 session broke, so they are kept in view here and closed at the end. */
  #prepare(socket: Socket): Promise<Socket> {
    if (this.#settled) {
      socket.on('error', () => {}).destroy();
      return Promise.reject(new Error('the check is over'));
    }
    this.#sockets.push(socket);
    return this.#run.probe.useTls ? this.#shakeHands(socket) : Promise.resolve(socket);
  }

  #shakeHands(raw: Socket): Promise<TLSSocket> {
    const { probe, context } = this.#run;
    const parsed = parseAddress('tcp', this.#address);
    const host = parsed.ok ? parsed.value.host : '';
    const remote = joinHostPort(raw.remoteAddress ?? '', raw.remotePort ?? 0);
    return new Promise((resolve, reject) => {
      shakeHands(raw, remote, { trust: context.trust, tls: probe.tls, host, alpn: ['h2'] }, (result) => {
        if (result.ok) resolve(result.socket);
        else {
          this.#handshakeError = result.error;
          reject(new Error(result.error));
        }
      });
    });
  }

  #ask(grpc: Grpc): void {
    if (this.#settled) return;
    const credentials = checkCredentials(grpc, this.#run.probe.useTls, (socket) => this.#prepare(socket));
    const client = new grpc.Client(this.#address, credentials, {
      'grpc.use_local_subchannel_pool': 1,
      'grpc.enable_channelz': 0,
      'grpc.enable_retries': 0,
      'grpc.service_config_disable_resolution': 1,
    });
    this.#client = client;
    client.makeUnaryRequest(
      METHOD,
      encodeRequest,
      decodeResponse,
      this.#service,
      { deadline: this.#deadlineMs },
      (error, status) => this.#answered(error, status ?? 0),
    );
  }

  #answered(error: ServiceError | null, status: number): void {
    if (this.#settled) return;
    const { target } = this.#run.probe;
    if (error === null) {
      if (status === SERVING) this.#settle(passing(`gRPC check ${target}: success`));
      else this.#settle(critical(`gRPC ${target} serving status: ${STATUSES[status] ?? status}`));
    } else if (error.code === UNAVAILABLE) this.#explain(error.details);
    else if (error.code === DEADLINE_EXCEEDED) {
      this.#settle(critical(rpcError(DEADLINE_EXCEEDED, 'context deadline exceeded')));
    } else this.#settle(critical(rpcError(error.code, error.details)));
  }

  /** Connects by hand to learn why grpc-js could not; when that works, its own words have to do. */
  #explain(details: string): void {
    if (this.#handshakeError !== '') {
      this.#settle(connectionError(`authentication handshake failed: ${this.#handshakeError}`));
      return;
    }
    this.#dial = new Dial(this.#address, { timeoutMs: this.#run.timeoutMs }, (result) => {
      if (!result.ok) this.#settle(connectionError(`Error while dialing: ${result.error}`));
      else {
        result.socket.destroy();
        this.#settle(critical(rpcError(UNAVAILABLE, details.replaceAll(TIME, ''))));
      }
    });
  }

  #settle(outcome: Outcome): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#release();
    this.#done(outcome);
  }

  #release(): void {
    clearTimeout(this.#timer);
    this.#client?.close();
    this.#dial?.cancel();
    for (const socket of this.#sockets) socket.on('error', () => {}).destroy();
  }
}
