// From a check's kind to the code that runs it. Whatever goes wrong while a probe is started is that check's result, never
// the worker's end.

import { messageOf } from '../../gotext/errno.js';
import type { Probe } from '../../wire/checks/check-task.js';
import { startDocker } from './docker.js';
import { startGrpc } from './grpc.js';
import { startH2Ping } from './h2ping.js';
import { startHttp } from './http/http.js';
import { startOsService } from './os-service.js';
import { type Cancel, critical, type Done, type ProbeRun } from './probe/probe.js';
import { startScript } from './script.js';
import { startTcp } from './tcp.js';
import { startUdp } from './udp.js';

/** Starts one run. `done` is called at most once, possibly before this returns. */
export function startProbe(run: ProbeRun<Probe>, done: Done): Cancel {
  let settled = false;
  const once: Done = (outcome) => {
    if (settled) return;
    settled = true;
    done(outcome);
  };
  try {
    return start(run, once);
  } catch (error) {
    once(critical(messageOf(error)));
    return () => {};
  }
}

/** `run` itself is passed on: scripts recognise a check by it. */
function start(run: ProbeRun<Probe>, done: Done): Cancel {
  if (isOf(run, 'http')) return startHttp(run, done);
  if (isOf(run, 'tcp')) return startTcp(run, done);
  if (isOf(run, 'udp')) return startUdp(run, done);
  if (isOf(run, 'grpc')) return startGrpc(run, done);
  if (isOf(run, 'h2ping')) return startH2Ping(run, done);
  if (isOf(run, 'script')) return startScript(run, done);
  if (isOf(run, 'docker')) return startDocker(run, done);
  return startOsService(run, done);
}

function isOf<K extends Probe['kind']>(run: ProbeRun<Probe>, kind: K): run is ProbeRun<Extract<Probe, { kind: K }>> {
  return run.probe.kind === kind;
}
