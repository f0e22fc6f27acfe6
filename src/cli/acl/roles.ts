// Roles as the commands show them.

import type { Noun } from './noun.js';
import { type Role, roleKind } from './records.js';
import { grantLines, indented, line, metaLines } from './text.js';

const WIDTH = 14;

function below(role: Role, showsMeta: boolean): readonly string[] {
  const meta = showsMeta ? metaLines(role, WIDTH) : [];
  return [line('Description', role.Description, WIDTH), ...meta, ...grantLines(role)];
}

export const ROLES: Noun<Role> = {
  word: 'role',
  path: '/v1/acl/role',
  listPath: '/v1/acl/roles',
  kind: roleKind,
  key: ({ ID }) => ID,
  lines: (role, showsMeta) => [line('ID', role.ID, WIDTH), line('Name', role.Name, WIDTH), ...below(role, showsMeta)],
};

export function roleInList(role: Role, showsMeta: boolean): readonly string[] {
  return [`${role.Name}:`, ...indented([line('ID', role.ID, WIDTH), ...below(role, showsMeta)])];
}
