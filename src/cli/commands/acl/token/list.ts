// `lictor acl token list`: all tokens.

import { META_FLAG } from '../../../acl/call.js';
import { listCommand } from '../../../acl/noun.js';
import { TOKENS } from '../../../acl/tokens.js';

export const command = listCommand(
  TOKENS,
  {
    usage: 'acl token list [options]',
    about: 'Lists all tokens, with their secrets for those who may change tokens.',
    flags: [META_FLAG],
  },
  (token, showsMeta) => [...TOKENS.lines(token, showsMeta), ''],
);
