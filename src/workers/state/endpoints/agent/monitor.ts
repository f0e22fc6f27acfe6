// agent/monitor: the agent's log as a stream, from the level asked for. A reader that is too slow loses lines; the agent never
// waits for it.

import type { LogLevel, LogRecord } from '../../../../wire/thread-port.js';
import type { EndpointTable } from '../../http/endpoint.js';
import { type Reply, text } from '../../http/message/reply.js';
import { action } from '../../http/operation.js';
import { choice, flag, type Values } from '../../http/parameters/parameters.js';

export interface LogStream {
  /** The result ends the subscription. */
  subscribe(level: LogLevel, take: (record: LogRecord) => void): () => void;
}

interface MonitorDependencies {
  readonly logs: LogStream;
  /** A record as a line with its end. */
  readonly render: (record: LogRecord, format: 'text' | 'json') => string;
}

const LEVELS: ReadonlyMap<string, LogLevel> = new Map([
  ['trace', 'trace'],
  ['debug', 'debug'],
  ['info', 'info'],
  ['warn', 'warn'],
  ['err', 'error'],
  ['error', 'error'],
]);
const MONITOR = {
  loglevel: choice('The lowest level that is shown; info unless given.', LEVELS, 'info', (given) =>
    text(400, `Unknown log level: ${given}`),
  ),
  logjson: flag('Lines of JSON instead of text.'),
} as const;

function monitor({ logs, render }: MonitorDependencies, { loglevel: level, logjson }: Values<typeof MONITOR>): Reply {
  const format = logjson ? 'json' : 'text';
  return {
    status: 200,
    contentType: null,
    headers: [],
    body: {
      start: (write) => {
        // An empty piece sends the headers at once, so that a client knows that it is connected.
        write('');
        return logs.subscribe(level, (record) => {
          write(render(record, format));
        });
      },
    },
  };
}

export function monitorEndpoints(dependencies: MonitorDependencies): EndpointTable {
  return [
    {
      path: '/v1/agent/monitor',
      answeredBy: 'agent',
      methods: {
        GET: action({
          summary: 'The log of the agent, line by line, until the client hangs up',
          acl: ['agent:read'],
          judges: 'row',
          parameters: MONITOR,
          answer: 'lines',
          run: (_request, values) => monitor(dependencies, values),
        }),
      },
    },
  ];
}
