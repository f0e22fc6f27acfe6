// Tokens as the commands show them, and how one is named.

import type { Flag } from '../../gotext/flag-set.js';
import type { Options } from '../command/command.js';
import type { Noun } from './noun.js';
import { type Token, tokenKind } from './records.js';
import { goTime, grantLines, line, metaLines } from './text.js';

const WIDTH = 18;
const ANONYMOUS = '00000000-0000-0000-0000-000000000002';

/** All but what it grants. */
export function tokenHead(token: Omit<Token, 'Policies'>, showsMeta: boolean): readonly string[] {
  const { AuthMethod, CreateTime, ExpirationTime } = token;
  return [
    line('AccessorID', token.AccessorID, WIDTH),
    line('SecretID', token.SecretID, WIDTH),
    line('Description', token.Description, WIDTH),
    line('Local', String(token.Local), WIDTH),
    ...(AuthMethod === '' ? [] : [line('Auth Method', AuthMethod, WIDTH)]),
    line('Create Time', goTime(CreateTime), WIDTH),
    ...(ExpirationTime === '' ? [] : [line('Expiration Time', goTime(ExpirationTime), WIDTH)]),
    ...(showsMeta ? metaLines(token, WIDTH) : []),
  ];
}

export const TOKENS: Noun<Token> = {
  word: 'token',
  path: '/v1/acl/token',
  listPath: '/v1/acl/tokens',
  kind: tokenKind,
  key: ({ AccessorID }) => AccessorID,
  lines: (token, showsMeta) => [...tokenHead(token, showsMeta), ...grantLines(token, token.Roles)],
};

export const ACCESSOR_FLAGS: readonly Flag[] = [
  {
    name: 'accessor-id',
    kind: 'string',
    usage:
      'Accessor of the token, or as much of its beginning as no other has. `anonymous` is the one of requests without a token.',
  },
  { name: 'id', kind: 'string', usage: 'The old name of -accessor-id.', as: 'accessor-id' },
];

/** "" where none was given. */
export function accessorOf(options: Options): string {
  const given = options.text('accessor-id');
  return given === 'anonymous' ? ANONYMOUS : given;
}
