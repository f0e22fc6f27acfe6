// DNS on its listeners, answered as the agent's mode has it.

import { joinHostPort } from '../../../gotext/host-port.js';
import type { Closing } from '../../../lifecycle/closing.js';
import type { Transport } from '../dns/message/compose.js';
import { type BoundAddress, DnsServer } from '../dns/server.js';
import type { Mode } from './mode.js';
import type { Interface } from './open-http.js';
import type { Parts } from './parts.js';

/** DNS, as its readers beside this thread see it. */
export interface DnsInterface extends Interface {
  readonly bound: readonly BoundAddress[];
  answer(packet: Buffer, asker: string, transport?: Transport): ReturnType<DnsServer['answer']>;
}

/** What an agent has that serves no DNS. */
const NO_DNS: DnsInterface = { addresses: [], bound: [], reload: () => {}, answer: () => null };

export async function openDns(
  { settings, telemetry, logger }: Parts,
  mode: Mode,
  closing: Closing,
): Promise<DnsInterface> {
  const { dns, datacenter, nodeName, grpcListeners, grpcTlsListeners } = settings.current;
  // Over gRPC it is asked, too.
  if (dns.listeners.length + grpcListeners.length + grpcTlsListeners.length === 0) return NO_DNS;
  const { metrics } = telemetry;
  const server = new DnsServer({
    config: dns,
    answers: mode.dnsAnswers,
    datacenter,
    nodeName,
    metrics,
    logger,
    sharing: mode.readers?.threads.answerDns === true ? 'first' : 'alone',
  });
  closing.add('DNS', () => server.close());
  await server.listen();
  const addresses = server.bound.map(({ address, port }) => {
    const shown = joinHostPort(address, port);
    for (const network of ['udp', 'tcp']) {
      logger.info('Started DNS server', 'address', shown, 'network', network);
    }
    return shown;
  });
  return {
    addresses,
    bound: [...server.bound],
    reload: (config) => server.reload(config.dns),
    answer: (packet, asker, transport) => server.answer(packet, asker, transport),
  };
}
