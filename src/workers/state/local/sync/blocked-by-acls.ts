// What an agent's own token may not write: seen in the answer, and said in the log once.

import type { Logger } from '../../../../observe/logger.js';
import { surprise } from '../../../../observe/surprise.js';
import { ANONYMOUS_ACCESSOR } from '../../acl/denial.js';
import { isRefusal, type Refusal } from '../../methods/contract/refusal.js';
import type { Judged, TokenResolver } from '../../methods/contract/token-resolver.js';

const ANONYMOUS = 'anonymous token';

/** A server of another version may say it in its text alone. */
export function isBlockedByAcls({ refused, text }: Refusal): boolean {
  return refused === 'denied' || text.includes('Permission denied') || text.includes('ACL not found');
}

export interface Blocked {
  /** The secret that was used. Nobody may read it in a log, which names its accessor. */
  readonly token: string;
  readonly message: string;
  /** Names and values of the log line, before the accessor. */
  readonly fields: readonly string[];
}

export function warnBlocked(logger: Logger, acls: TokenResolver, { token, message, fields }: Blocked): void {
  const warn = (judged: Judged): void => logger.warn(message, ...fields, 'accessorID', accessorOf(judged));
  const judged = acls.resolve(token);
  if (judged instanceof Promise) judged.then(warn).catch(surprise);
  else warn(judged);
}

/** "" where nobody knows the token. */
function accessorOf(judged: Judged): string {
  if (isRefusal(judged)) return '';
  return judged.accessor === '' || judged.accessor === ANONYMOUS_ACCESSOR ? ANONYMOUS : judged.accessor;
}
