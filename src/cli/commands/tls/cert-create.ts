// `lictor tls cert create`: a certificate for a server, a client agent or a command line, signed by what `tls ca create` made.

import fs from 'node:fs';
import { errnoText, messageOf } from '../../../gotext/errno.js';
import type { Command, Options } from '../../command/command.js';
import { fail, print } from '../../command/command.js';
import { addressBytes, namesProblem, newSerialNumber, saveCertificate, validFor } from './certificate-files.js';

const DAYS = 365;
const ROLES = ['server', 'client', 'cli'] as const;
const SERVER_WARNING = `==> WARNING: Server Certificates grants authority to become a
    server and access all state in the cluster including root keys
    and all ACL tokens. Do not distribute them to production hosts
    that are not server nodes. Store them as securely as CA keys.`;

type Role = (typeof ROLES)[number];
type Read = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly error: string };

/** Whose certificate it is, or why that can't be said. */
function roleOf(options: Options): Role | null {
  const [role, ...more] = ROLES.filter((one) => options.isOn(one));
  return role === undefined || more.length > 0 ? null : role;
}

function read(what: string, file: string): Read {
  try {
    return { ok: true, text: fs.readFileSync(file, 'utf8') };
  } catch (error) {
    return { ok: false, error: `Error reading ${what}: open ${file}: ${errnoText(error)}` };
  }
}

/** The first number whose files aren't there. */
function freePrefix(start: string): string {
  for (let number = 0; ; number += 1) {
    const prefix = `${start}-${number}`;
    if (!fs.existsSync(`${prefix}.pem`) && !fs.existsSync(`${prefix}-key.pem`)) return prefix;
  }
}

async function create(options: Options): Promise<number> {
  const role = roleOf(options);
  if (role === null) return fail('Please provide either -server, -client, or -cli');
  const node = options.text('node');
  if (node !== '' && role !== 'server') return fail('-node requires -server');
  const days = options.has('days') ? Number(options.text('days')) : DAYS;
  if (days <= 0) return fail('-days must be greater than zero');
  const domain = options.text('domain') || 'consul';
  const datacenter = options.text('dc') || 'dc1';
  const [caFile, keyFile] = ['', '-key'].map((end) => `${domain}-agent-ca${end}.pem`) as [string, string];
  const [caPath, keyPath] = [options.text('ca') || caFile, options.text('key') || keyFile];
  const ca = read('CA', caPath);
  if (!ca.ok) return fail(ca.error);
  const caKey = read('CA key', keyPath);
  if (!caKey.ok) return fail(caKey.error);
  if (role === 'server') print(SERVER_WARNING);
  print(`==> Using ${caPath} and ${keyPath}`);
  const name = `${role}.${datacenter}.${domain}`;
  const dns = [
    ...options.list('additional-dnsname'),
    ...(node === '' ? [] : [`${node}.${name}`]),
    name,
    ...(role === 'cli' ? [] : ['localhost']),
  ];
  const addresses = [...options.list('additional-ipaddress'), ...(role === 'cli' ? [] : ['127.0.0.1'])].map(
    addressBytes,
  );
  // As recorded.
  if (addresses.includes(null)) return fail('failed to parse certificate');
  const problem = namesProblem(dns);
  if (problem !== null) return fail(problem);
  const names = { dns, addresses: addresses.filter((address) => address !== null), uris: [] };
  const signed = await sign(role, name, names, days, ca.text, caKey.text);
  if (typeof signed === 'string') return fail(signed);
  const prefix = freePrefix(`${datacenter}-${role}-${domain}`);
  return saveCertificate({ file: `${prefix}.pem`, pem: signed.pem }, { file: `${prefix}-key.pem`, pem: signed.key });
}

/** A text says why not. */
async function sign(
  role: Role,
  name: string,
  names: {
    readonly dns: readonly string[];
    readonly addresses: readonly Uint8Array[];
    readonly uris: readonly string[];
  },
  days: number,
  ca: string,
  caKey: string,
): Promise<{ readonly pem: string; readonly key: string } | string> {
  const { belongTogether, keyPem, makeKey, readCertificate, readKey, signAgentLeaf } = await import(
    '../../../certificates/certificates.js'
  );
  try {
    const issuerKey = readKey(caKey);
    if (!belongTogether(ca, issuerKey)) return 'Error reading CA key: it is not the key of this CA';
    const key = await makeKey('ec', 256);
    const leaf = {
      key,
      serialNumber: newSerialNumber(),
      name,
      names,
      ...validFor(days),
      usages: role === 'cli' ? (['client'] as const) : (['server', 'client'] as const),
    };
    return { pem: await signAgentLeaf(leaf, readCertificate(ca), issuerKey), key: keyPem(key) };
  } catch (error) {
    return `Error reading CA: ${messageOf(error)}`;
  }
}

export const command: Command = {
  usage: 'tls cert create (-server | -client | -cli) [options]',
  about: 'Makes a certificate and its key in the current directory, signed by a CA of `tls ca create`.',
  flags: [
    { name: 'additional-dnsname', kind: 'words', usage: 'One more name that it is valid for. May be repeated.' },
    { name: 'additional-ipaddress', kind: 'words', usage: 'One more address that it is valid for. May be repeated.' },
    { name: 'ca', kind: 'string', usage: 'File of the CA. Default DOMAIN-agent-ca.pem.' },
    { name: 'cli', kind: 'switch', usage: 'For those who talk to agents by the command line.' },
    { name: 'client', kind: 'switch', usage: 'For a client agent.' },
    { name: 'days', kind: 'int', usage: `For how many days it is valid. Default ${DAYS}.` },
    { name: 'dc', kind: 'string', usage: 'Datacenter that it is for. Default dc1.' },
    { name: 'domain', kind: 'string', usage: 'Domain of the cluster. Default consul.' },
    { name: 'key', kind: 'string', usage: 'File of the CA’s key. Default DOMAIN-agent-ca-key.pem.' },
    { name: 'node', kind: 'string', usage: 'Name of the server that it is for, which it names as well.' },
    { name: 'server', kind: 'switch', usage: 'For a server.' },
  ],
  run: create,
};
