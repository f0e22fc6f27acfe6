// The `enable` parameter of the maintenance endpoints.

import { parseGoBool } from '../../../../gotext/numbers.js';
import { quote } from '../../../../gotext/quote.js';
import { type Reply, text } from '../../http/reply.js';
import type { QueryParameters } from '../../http/request.js';

type EnableOutcome = { readonly ok: true; readonly value: boolean } | { readonly ok: false; readonly reply: Reply };

export function enableParameter(query: QueryParameters): EnableOutcome {
  if (!query.has('enable')) return { ok: false, reply: text(400, 'Missing value for enable') };
  const given = query.first('enable');
  const parsed = parseGoBool(given);
  if (parsed.ok) return parsed;
  return { ok: false, reply: text(400, `Invalid value for enable: ${quote(given)}`) };
}
