// The H2 ping check: connects (with TLS by default), sends an HTTP/2 PING and waits for its acknowledgement. The HTTP/2
// module is only loaded when such a check exists.

import type { ClientHttp2Session } from 'node:http2';
import type { Duplex } from 'node:stream';
import { codeOf, errnoText, messageOf } from '../../gotext/errno.js';
import type { Probe } from '../../wire/checks/check-task.js';
import { Dial } from './dial/dial.js';
import { parseAddress } from './dial/go-address.js';
import { TlsDial } from './http/tls-dial.js';
import { type Cancel, critical, type Done, type Outcome, type ProbeRun, passing } from './probe/probe.js';

type PingProbe = Extract<Probe, { kind: 'h2ping' }>;

export function startH2Ping(run: ProbeRun<PingProbe>, done: Done): Cancel {
  const attempt = new PingAttempt(run, done);
  return () => attempt.cancel();
}

/** Go's words for what nghttp2 refuses: bytes that are no frame have an absurd length. */
function sessionText(error: unknown): string {
  const code = codeOf(error);
  if (code === 'ERR_HTTP2_ERROR' || code === 'ERR_HTTP2_SESSION_ERROR') return 'http2: frame too large';
  if (code === 'ERR_HTTP2_PING_CANCEL') return 'EOF';
  return code.startsWith('ERR_') ? messageOf(error) : errnoText(error);
}

class PingAttempt {
  readonly #run: ProbeRun<PingProbe>;
  readonly #done: Done;
  readonly #timer: NodeJS.Timeout;
  readonly #dial: Dial | TlsDial;
  #socket: Duplex | null = null;
  #session: ClientHttp2Session | null = null;
  #settled = false;

  constructor(run: ProbeRun<PingProbe>, done: Done) {
    this.#run = run;
    this.#done = done;
    const { probe, timeoutMs } = run;
    this.#timer = setTimeout(() => this.#timedOut(), timeoutMs);
    const dialled = (result: { ok: true; socket: Duplex } | { ok: false; error: string }): void => {
      if (!result.ok) this.#settle(critical(`Failed to dial to ${probe.address}: ${result.error}`));
      else this.#connected(result.socket);
    };
    if (!probe.useTls) {
      this.#dial = new Dial(probe.address, { timeoutMs }, dialled);
      return;
    }
    const parsed = parseAddress('tcp', probe.address);
    const options = {
      timeoutMs,
      trust: run.context.trust,
      tls: probe.tls,
      host: parsed.ok ? parsed.value.host : '',
      alpn: ['h2'],
      recogniseHttp: false,
    };
    this.#dial = new TlsDial(probe.address, options, dialled);
  }

  cancel(): void {
    this.#settled = true;
    this.#release();
  }

  #connected(socket: Duplex): void {
    this.#socket = socket;
    const failed = (error: unknown): void => this.#settle(critical(`HTTP2 ping failed: ${sessionText(error)}`));
    socket.on('error', failed);
    import('node:http2').then((http2) => {
      if (this.#settled) return;
      const session = http2.connect('http://localhost', { createConnection: () => socket });
      this.#session = session;
      session.on('error', failed);
      session.on('close', () => this.#settle(critical('HTTP2 ping failed: EOF')));
      session.ping((error: Error | null) => {
        // A session that broke reports why right behind this; its word is the better one.
        if (error !== null) setImmediate(() => failed(error));
        else this.#settle(passing('HTTP2 ping was successful'));
      });
    }, failed);
  }

  #timedOut(): void {
    const { address } = this.#run.probe;
    if (this.#socket === null) this.#settle(critical(`Failed to dial to ${address}: ${this.#dial.timeoutText}`));
    else this.#settle(critical('HTTP2 ping failed: context deadline exceeded'));
  }

  #settle(outcome: Outcome): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#release();
    this.#done(outcome);
  }

  #release(): void {
    clearTimeout(this.#timer);
    this.#dial.cancel();
    this.#session?.removeAllListeners().on('error', () => {});
    this.#session?.destroy();
    this.#socket?.removeAllListeners('error').on('error', () => {});
    this.#socket?.destroy();
  }
}
