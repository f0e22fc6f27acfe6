// `lictor login`: exchanges a token of somebody else for one of this cluster, which goes into a file.

import fs from 'node:fs';
import { errnoText } from '../../gotext/errno.js';
import type { Command, Options } from '../command/command.js';
import { fail } from '../command/command.js';
import { connect, parsed, serverQuery } from '../http/client.js';
import { CLIENT_FLAGS, NAMESPACE_FLAG, PARTITION_FLAG, SERVER_FLAGS } from '../http/flags.js';

/** Only its owner may read it. */
const SECRET_MODE = 0o600;

const AWS_FLAGS = [
  ['aws-auto-bearer-token', 'bool'],
  ['aws-include-entity', 'bool'],
  ['aws-sts-endpoint', 'string'],
  ['aws-region', 'string'],
  ['aws-server-id-header-value', 'string'],
  ['aws-access-key-id', 'string'],
  ['aws-secret-access-key', 'string'],
  ['aws-session-token', 'string'],
] as const;

function requiredFlag(options: Options): string | null {
  const missing = ['method', 'token-sink-file', 'bearer-token-file'].find((name) => options.text(name) === '');
  return missing === undefined ? null : `Missing required '-${missing}' flag`;
}

function readBearer(
  file: string,
): { readonly ok: true; readonly bearer: string } | { readonly ok: false; readonly error: string } {
  try {
    const bearer = fs.readFileSync(file, 'utf8').trim();
    return bearer === '' ? { ok: false, error: `No bearer token found in ${file}` } : { ok: true, bearer };
  } catch (error) {
    return { ok: false, error: `open ${file}: ${errnoText(error)}` };
  }
}

/** Written beside the file and renamed: whoever watches it never reads half of it. Null: done. */
function writeSecret(file: string, secret: string): string | null {
  const beside = `${file}.${process.pid}.tmp`;
  try {
    fs.writeFileSync(beside, secret, { mode: SECRET_MODE, flag: 'wx' });
    fs.renameSync(beside, file);
    return null;
  } catch (error) {
    fs.rmSync(beside, { force: true });
    return `Error writing token to file sink: open ${file}: ${errnoText(error)}`;
  }
}

export const command: Command = {
  usage: 'login [options]',
  about: 'Exchanges a token of somebody else, whom an auth method trusts, for an ACL token, and writes that to a file.',
  flags: [
    ...CLIENT_FLAGS,
    ...SERVER_FLAGS,
    NAMESPACE_FLAG,
    PARTITION_FLAG,
    { name: 'method', kind: 'string', usage: 'Name of the auth method.' },
    { name: 'type', kind: 'string', usage: 'Type of the auth method: none has to be named here.' },
    { name: 'bearer-token-file', kind: 'string', usage: 'File with the token that the auth method is to verify.' },
    { name: 'token-sink-file', kind: 'string', usage: "File for the ACL token's secret." },
    { name: 'meta', kind: 'pairs', usage: 'key=value for the description of the ACL token. May be given often.' },
    ...AWS_FLAGS.map(([name, kind]) => ({ name, kind, usage: 'No effect: auth methods of AWS are not supported.' })),
  ],
  async run(options: Options): Promise<number> {
    const missing = requiredFlag(options);
    if (missing !== null) return fail(missing);
    const read = readBearer(options.text('bearer-token-file'));
    if (!read.ok) return fail(read.error);
    const connected = connect(options);
    if (!connected.ok) return fail(`Error connecting to Consul agent: ${connected.error}`);
    const meta = options.pairs('meta');
    const body = JSON.stringify({
      AuthMethod: options.text('method'),
      BearerToken: read.bearer,
      ...(meta.length === 0 ? {} : { Meta: Object.fromEntries(meta) }),
    });
    const answer = parsed<{ readonly SecretID: string }>(
      await connected.client.post('/v1/acl/login', serverQuery(options), body),
    );
    if (!answer.ok) return fail(`Error logging in: ${answer.error}`);
    const problem = writeSecret(options.text('token-sink-file'), answer.value.SecretID);
    return problem === null ? 0 : fail(problem);
  },
};
