// Parameters that rows have in common (spec/http.md, section 3): who asks, of which datacenter, how the answer is shown, and the
// options of a read, which read-options.ts puts together.

import { text } from '../message/reply.js';
import { anyText, duration, flag, header, type Parameters, uint64OrZero } from './parameters.js';

/** Of every row of the API. */
export const EVERY_ROW = {
  dc: anyText('The datacenter to ask; the agent’s own when empty.'),
  datacenter: anyText('Another name of `dc`, which it goes before.'),
  token: anyText('The secret of the token to ask with, before the headers that may hold it.'),
  pretty: flag('Indents the answer and ends it with a newline.'),
  ns: anyText('Namespaces are a feature of the Enterprise edition: any is refused, but by rows about nodes.'),
  partition: anyText('Partitions are a feature of the Enterprise edition: any is refused.'),
  'x-consul-token': header('The secret of the token to ask with, where the query has none.'),
  authorization: header('`Bearer` and the secret of the token, where nothing else has one.'),
} satisfies Parameters;

export const CONSISTENCY = {
  stale: flag('Any server may answer, whoever leads.'),
  consistent: flag('The leader makes sure first that it still leads.'),
  leader: flag('The leader answers, where the configuration would let any server do.'),
  max_stale: duration('How old a stale answer may be.', (_error, given) =>
    text(400, `Invalid max_stale value ${JSON.stringify(given)}`),
  ),
} satisfies Parameters;

export const WAITING = {
  index: uint64OrZero('Waits for something newer than this index; 0 waits for nothing.', () =>
    text(400, 'Invalid index'),
  ),
  wait: duration('How long to wait at most; the configured default when absent or 0.', () =>
    text(400, 'Invalid wait time'),
  ),
} satisfies Parameters;

/** Of reads. */
export const CACHING = {
  cached: flag('An answer of the agent’s cache is enough, where there is one.'),
  'cache-control': header('`max-age=N` and `stale-if-error=N`, with `cached`.'),
} satisfies Parameters;

export const HASH = {
  hash: anyText('Waits for another content than the one of this hash (X-Consul-ContentHash).'),
} satisfies Parameters;
