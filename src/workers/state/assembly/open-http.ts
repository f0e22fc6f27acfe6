// HTTP over the agent's parts: the whole endpoint table, and the server on its listeners.

import { joinHostPort } from '../../../gotext/host-port.js';
import type { Closing } from '../../../lifecycle/closing.js';
import { renderJson, renderText } from '../../../observe/log-render.js';
import type { Listener, RuntimeConfig } from '../../../wire/config.js';
import { agentEndpoints } from '../endpoints/agent/agent-endpoints.js';
import { authorizeEndpoints } from '../endpoints/agent/authorize.js';
import { agentCaEndpoints } from '../endpoints/agent/connect-ca.js';
import { eventEndpoints } from '../endpoints/event.js';
import { metricsProxyEndpoints } from '../endpoints/internal/metrics-proxy.js';
import { withOpenApi } from '../endpoints/openapi.js';
import { pageEndpoints } from '../endpoints/pages.js';
import { profileEndpoints } from '../endpoints/profiles.js';
import type { EndpointTable } from '../http/endpoint.js';
import type { BoundListener, Exchange } from '../http/engine/engine.js';
import { HttpServer } from '../http/http-server.js';
import { LeafCertificates } from '../leaves/leaf-certificates.js';
import type { LocalAgent } from '../local/local-agent.js';
import { systemClock } from '../local/state/clock.js';
import { SharedCounts } from '../sockets/shared-counts.js';
import type { Mode } from './mode.js';
import type { Parts } from './parts.js';
import { serverEndpoints } from './server-endpoints.js';
import { httpsOptions } from './tls/https-options.js';

/** A side of the agent that listens. */
export interface Interface {
  /** Where, as it was really bound. */
  readonly addresses: readonly string[];
  reload(config: RuntimeConfig): void;
}

/** HTTP, as its readers beside this thread see it. */
export interface HttpInterface extends Interface {
  /** As they were really bound. */
  readonly listeners: readonly Listener[];
  /** Those that speak TLS, likewise. */
  readonly secureListeners: readonly Listener[];
  /** null: this thread alone counts them. */
  readonly clients: SharedCounts | null;
  take(exchange: Exchange): void;
  /** What else doesn't end before HTTP does, nor HTTP before it. */
  closesWith(close: (deadlineMs: number) => Promise<void>): void;
}

export async function openHttp(parts: Parts, mode: Mode, local: LocalAgent, closing: Closing): Promise<HttpInterface> {
  const clients = mode.readers === null ? null : new SharedCounts();
  const { settings, logger, telemetry } = parts;
  const leaves = leafCertificates(parts, mode);
  closing.add('leaf certificates', () => leaves.stop());
  const server = new HttpServer({
    table: endpointTable(parts, mode, local, leaves),
    settings: settings.current,
    tokens: parts.tokens,
    acls: mode.acls,
    calls: mode.askedCalls,
    knowsServers: () => mode.knowsServers(),
    logger,
    metrics: telemetry.metrics,
    shared: clients === null ? null : { place: 'first', clients },
    https: httpsOptions(settings.current, settings.current.httpsListeners, logger, telemetry.metrics),
  });
  const closings = [(deadlineMs: number) => server.close(deadlineMs)];
  const say = (what: string, protocol: 'http' | 'https', listener: Listener): string => {
    const address = listener.kind === 'tcp' ? joinHostPort(listener.address, listener.port) : listener.path;
    const network = listener.kind === 'tcp' ? 'tcp' : 'unix';
    logger.info(what, 'address', address, 'network', network, 'protocol', protocol);
    return address;
  };
  closing.add('HTTP', async (deadlineMs) => {
    for (const listener of settings.current.http.listeners) say('Stopping server', 'http', listener);
    for (const listener of settings.current.httpsListeners) say('Stopping server', 'https', listener);
    logger.info('Waiting for endpoints to shut down');
    await Promise.all(closings.map((close) => close(deadlineMs / 2)));
    logger.info('Endpoints down');
  });
  const bound = await server.listen();
  const listeners = bound.filter(({ kind }) => kind === 'plain').map(asBound);
  const secureListeners = bound.filter(({ kind }) => kind === 'secure').map(asBound);
  return {
    addresses: [
      ...listeners.map((listener) => say('Starting server', 'http', listener)),
      ...secureListeners.map((listener) => say('Starting server', 'https', listener)),
    ],
    listeners,
    secureListeners,
    clients,
    reload: (config) => {
      server.reload(config);
      server.reloadTls(config.tls.https);
    },
    take: (exchange) => server.take(exchange),
    closesWith: (close) => {
      closings.push(close);
    },
  };
}

function asBound({ listener, port }: BoundListener): Listener {
  return listener.kind === 'tcp' ? { ...listener, port } : listener;
}

function leafCertificates({ settings, logger }: Parts, mode: Mode): LeafCertificates {
  return new LeafCertificates({
    calls: mode.calls,
    logger: logger.child('leaf-certs'),
    random: Math.random,
    spreadMs: () => settings.current.connect.leafRootChangeSpreadMs,
    wallClock: Date.now,
  });
}

function endpointTable(parts: Parts, mode: Mode, local: LocalAgent, leaves: LeafCertificates): EndpointTable {
  const { settings, gossip } = parts;
  const { askedCalls: calls } = mode;
  const config = () => settings.current;
  const { ui, version, nodeName, datacenter, server: isServer } = settings.current;
  // The servers that a client agent asks have a pool of servers.
  const hasWan = (): boolean => !isServer || gossip.wan.list.length > 0;
  return withOpenApi([
    ...agentTable(parts, mode, local),
    ...agentCaEndpoints({ leaves, isEnabled: () => settings.current.connect.enabled }),
    ...authorizeEndpoints({
      calls,
      isEnabled: () => settings.current.connect.enabled,
      defaultPolicy: () => settings.current.defaultIntentionPolicy,
    }),
    ...eventEndpoints({ events: gossip.events, calls }),
    ...serverEndpoints({ calls, config, hasWan, snapshots: mode.snapshots }),
    ...metricsProxyEndpoints(ui.enabled),
    ...pageEndpoints({
      uiEnabled: ui.enabled,
      version,
      nodeName,
      datacenter,
      commandLine: process.argv,
      debugEnabled: () => settings.current.enableDebug,
    }),
    ...profileEndpoints({ debugEnabled: () => settings.current.enableDebug }),
  ]);
}

function agentTable(parts: Parts, mode: Mode, local: LocalAgent): EndpointTable {
  const { settings, gossip, control, metrics, logStream, tokenStore } = parts;
  return agentEndpoints({
    config: () => settings.current,
    local,
    members: () => ({ lan: gossip.lan.list, wan: gossip.wan.list }),
    self: () => gossip.self,
    control,
    coordinate: () => gossip.coordinate,
    stats: () => mode.stats(),
    metrics,
    logs: logStream,
    renderLog: (record, format) => (format === 'json' ? renderJson(record) : renderText(record)),
    tokens: tokenStore,
    clock: systemClock,
  });
}
