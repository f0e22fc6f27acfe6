// The gRPC check: the standard health protocol (grpc.health.v1.Health/Check) over @grpc/grpc-js, which is only loaded when
// such a check exists. grpc-js words connection failures its own way, so a failed connection is tried once more by hand to
// say in Go's words what is wrong (recorded in check-outputs.json and check-tls.json).

import { X509Certificate } from 'node:crypto';
import type { ChannelCredentials, Client, ServiceError } from '@grpc/grpc-js';
import { quote } from '../../gotext/quote.js';
import type { Probe } from '../../wire/check-port.js';
import { Dial } from './dial.js';
import { parseAddress } from './go-address.js';
import { messageOf } from './go-errors.js';
import { type Cancel, critical, type Done, type Outcome, type ProbeRun, passing } from './probe.js';
import { TlsDial } from './tls-dial.js';
import { certificateError } from './tls-verify.js';

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

class GrpcAttempt {
  readonly #run: ProbeRun<GrpcProbe>;
  readonly #done: Done;
  readonly #address: string;
  readonly #service: string;
  readonly #deadlineMs: number;
  readonly #timer: NodeJS.Timeout;
  #client: Client | null = null;
  #dial: Dial | TlsDial | null = null;
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

  get #serverName(): string {
    const { serverName } = this.#run.probe.tls;
    if (serverName !== '') return serverName;
    const parsed = parseAddress('tcp', this.#address);
    return parsed.ok ? parsed.value.host : '';
  }

  #credentials(grpc: Grpc): ChannelCredentials {
    const { probe, context } = this.#run;
    if (!probe.useTls) return grpc.credentials.createInsecure();
    const { skipVerify } = probe.tls;
    return grpc.credentials.createFromSecureContext(context.trust.context(skipVerify), {
      rejectUnauthorized: !skipVerify,
      checkServerIdentity: (_name, certificate) => {
        if (skipVerify) return undefined;
        const wrong = certificateError(new X509Certificate(certificate.raw), this.#serverName, '', new Date());
        return wrong === null ? undefined : new Error(wrong);
      },
    });
  }

  #ask(grpc: Grpc): void {
    if (this.#settled) return;
    const { serverName } = this.#run.probe.tls;
    const client = new grpc.Client(this.#address, this.#credentials(grpc), {
      'grpc.use_local_subchannel_pool': 1,
      'grpc.enable_channelz': 0,
      'grpc.enable_retries': 0,
      'grpc.service_config_disable_resolution': 1,
      ...(serverName === '' ? {} : { 'grpc.ssl_target_name_override': serverName }),
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
    const { timeoutMs, probe, context } = this.#run;
    const dialled = (result: { ok: true; socket: { destroy(): unknown } } | { ok: false; error: string }): void => {
      if (result.ok) result.socket.destroy();
      const dialling = !('dialling' in result) || result.dialling === true;
      const stage = dialling ? 'Error while dialing' : 'authentication handshake failed';
      const why = result.ok ? details : `connection error: desc = ${quote(`transport: ${stage}: ${result.error}`)}`;
      this.#settle(critical(rpcError(UNAVAILABLE, why)));
    };
    if (!probe.useTls) {
      this.#dial = new Dial(this.#address, { timeoutMs }, dialled);
      return;
    }
    this.#dial = new TlsDial(
      this.#address,
      {
        timeoutMs,
        trust: context.trust,
        tls: probe.tls,
        host: this.#serverName,
        alpn: ['h2'],
        recogniseHttp: false,
      },
      dialled,
    );
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
  }
}
