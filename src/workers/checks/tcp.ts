// The TCP check: a connection that can be opened, and with TLS a handshake that can be finished.

import type { Probe } from '../../wire/checks/check-task.js';
import { Dial } from './dial/dial.js';
import { parseAddress } from './dial/go-address.js';
import { TlsDial } from './http/tls-dial.js';
import { type Cancel, critical, type Done, type ProbeRun, passing } from './probe/probe.js';

type TcpProbe = Extract<Probe, { kind: 'tcp' }>;

export function startTcp(run: ProbeRun<TcpProbe>, done: Done): Cancel {
  const { probe, timeoutMs, context, checkId } = run;
  const title = probe.useTls ? 'TCP+TLS' : 'TCP';
  const settle = (error: string | null): void => {
    clearTimeout(timer);
    if (error === null) {
      done(passing(`${title} connect ${probe.address}: Success`));
      return;
    }
    context.logger.warn(`Check ${title} connection failed`, 'check', checkId, 'error', error);
    done(critical(error));
  };
  const attempt = probe.useTls
    ? dialTls(run, settle)
    : new Dial(probe.address, { timeoutMs }, (result) => {
        if (result.ok) result.socket.destroy();
        settle(result.ok ? null : result.error);
      });
  const timer = setTimeout(() => {
    attempt.cancel();
    settle(attempt.timeoutText);
  }, timeoutMs);
  return () => {
    clearTimeout(timer);
    attempt.cancel();
  };
}

function dialTls(run: ProbeRun<TcpProbe>, settle: (error: string | null) => void): TlsDial {
  const { probe, timeoutMs, context } = run;
  const parsed = parseAddress('tcp', probe.address);
  const options = {
    timeoutMs,
    trust: context.trust,
    tls: probe.tls,
    host: parsed.ok ? parsed.value.host : '',
    alpn: [],
    recogniseHttp: false,
  };
  return new TlsDial(probe.address, options, (result) => {
    if (result.ok) result.socket.on('error', () => {}).destroy();
    settle(result.ok ? null : result.error);
  });
}
