// The UDP check: an empty datagram goes out; an answer or silence until the timeout is a success, a refusal (ICMP) or
// another error is none (spec/agent.md section 3, udp).

import dgram from 'node:dgram';
import { messageOf } from '../../gotext/errno.js';
import { joinHostPort } from '../../gotext/host-port.js';
import { dialText, lookupText, streamText } from '../../gotext/network-errors.js';
import type { Probe } from '../../wire/checks/check-task.js';
import { isIpAddress, parseAddress } from './dial/go-address.js';
import { resolveHost, resolverAddress } from './dial/resolve.js';
import { type Cancel, critical, type Done, type ProbeRun, passing } from './probe/probe.js';

type UdpProbe = Extract<Probe, { kind: 'udp' }>;

export function startUdp(run: ProbeRun<UdpProbe>, done: Done): Cancel {
  const attempt = new UdpAttempt(run, done);
  return () => attempt.cancel();
}

class UdpAttempt {
  readonly #run: ProbeRun<UdpProbe>;
  readonly #done: Done;
  readonly #timer: NodeJS.Timeout;
  #socket: dgram.Socket | null = null;
  #settled = false;

  constructor(run: ProbeRun<UdpProbe>, done: Done) {
    this.#run = run;
    this.#done = done;
    this.#timer = setTimeout(() => this.#timedOut(), run.timeoutMs);
    const parsed = parseAddress('udp', run.probe.address);
    if (!parsed.ok) {
      this.#fail('Check socket connection failed', `dial udp: ${parsed.error}`);
      return;
    }
    const { host, port } = parsed.value;
    if (host === '' || isIpAddress(host)) {
      this.#ask(host === '' ? '127.0.0.1' : host, port);
      return;
    }
    resolveHost(host, (result) => {
      if (this.#settled) return;
      const address = result.ok ? result.addresses[0] : undefined;
      if (address !== undefined) this.#ask(address, port);
      else {
        const error = result.ok ? 'no addresses' : result.error;
        this.#fail('Check socket connection failed', lookupText('udp', host, resolverAddress(), error));
      }
    });
  }

  cancel(): void {
    this.#settled = true;
    this.#release();
  }

  #ask(host: string, port: number): void {
    const remote = joinHostPort(host, port);
    const socket = dgram.createSocket(host.includes(':') ? 'udp6' : 'udp4');
    this.#socket = socket;
    let local = '';
    const failed = (error: Error): void => {
      if (local === '') this.#fail('Check socket connection failed', dialText('udp', remote, error));
      else this.#fail('Check socket read failed', streamText('udp', local, remote, error));
    };
    socket.on('error', failed);
    socket.on('message', () => this.#succeed());
    try {
      socket.connect(port, host, () => {
        if (this.#settled) return;
        const own = socket.address();
        local = joinHostPort(own.address, own.port);
        socket.send(Buffer.alloc(0), (error) => {
          if (error !== null) failed(error);
        });
      });
    } catch (error) {
      this.#fail('Check socket connection failed', `dial udp ${remote}: ${messageOf(error)}`);
    }
  }

  #timedOut(): void {
    if (this.#socket !== null) this.#succeed();
    else this.#fail('Check socket connection failed', `dial udp: lookup ${this.#run.probe.address}: i/o timeout`);
  }

  #succeed(): void {
    if (this.#settled) return;
    this.#release();
    this.#settled = true;
    this.#done(passing(`UDP connect ${this.#run.probe.address}: Success`));
  }

  #fail(message: string, error: string): void {
    if (this.#settled) return;
    this.#release();
    this.#settled = true;
    this.#run.context.logger.warn(message, 'check', this.#run.checkId, 'error', error);
    this.#done(critical(error));
  }

  #release(): void {
    clearTimeout(this.#timer);
    // Only one's own listeners: Node waits for 'listening' itself when a socket is closed while it's being bound.
    this.#socket
      ?.removeAllListeners('message')
      .removeAllListeners('error')
      .on('error', () => {});
    try {
      this.#socket?.close();
    } catch {
      // Never bound, or closed already.
    }
    this.#socket = null;
  }
}
