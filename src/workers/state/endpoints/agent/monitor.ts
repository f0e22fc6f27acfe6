// agent/monitor: the agent's log as a stream, from the level asked for. A reader that is too slow loses lines; the agent never
// waits for it.

import type { LogLevel, LogRecord } from '../../../../wire/thread-port.js';
import type { EndpointTable } from '../../http/endpoint.js';
import { type Reply, text } from '../../http/reply.js';
import type { ApiRequest } from '../../http/request.js';

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
const DEFAULT_LEVEL = 'info';

function monitor({ logs, render }: MonitorDependencies, { query }: ApiRequest): Reply {
  const given = query.first('loglevel');
  const level = LEVELS.get((given === '' ? DEFAULT_LEVEL : given).toLowerCase());
  if (level === undefined) return text(400, `Unknown log level: ${given}`);
  const format = query.has('logjson') ? 'json' : 'text';
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
      acl: ['agent:read'],
      methods: { GET: (request) => monitor(dependencies, request) },
    },
  ];
}
