// `lictor tls ca create`: a root whose certificates agents know each other by.

import type { Command, Options } from '../../command/command.js';
import { fail } from '../../command/command.js';
import { namesProblem, newSerialNumber, saveCertificate, validFor } from './certificate-files.js';

const DAYS = 1825;

async function create(options: Options): Promise<number> {
  const domain = options.text('domain') || 'consul';
  const clusterId = options.text('cluster-id');
  const days = options.has('days') ? Number(options.text('days')) : DAYS;
  if (days <= 0) return fail('-days must be greater than zero');
  const serialNumber = newSerialNumber();
  const permittedDomains = options.isOn('name-constraint')
    ? [...options.list('additional-name-constraint'), domain, 'localhost']
    : [];
  const uris = clusterId === '' ? [] : [`spiffe://${clusterId}.${domain}`];
  const problem = namesProblem([...permittedDomains, ...uris]);
  if (problem !== null) return fail(problem);
  const { makeAgentRoot, makeKey, keyPem } = await import('../../../certificates/certificates.js');
  const key = await makeKey('ec', 256);
  const pem = await makeAgentRoot({
    key,
    serialNumber,
    name: options.text('common-name') || `Consul Agent CA ${serialNumber}`,
    names: { dns: [], addresses: [], uris },
    ...validFor(days),
    permittedDomains,
  });
  return saveCertificate(
    { file: `${domain}-agent-ca.pem`, pem },
    { file: `${domain}-agent-ca-key.pem`, pem: keyPem(key) },
  );
}

export const command: Command = {
  usage: 'tls ca create [options]',
  about: 'Makes a certificate authority for the agents of a cluster: DOMAIN-agent-ca.pem, and its key beside it.',
  flags: [
    {
      name: 'additional-name-constraint',
      kind: 'words',
      usage: 'A domain that it may sign for besides, with -name-constraint. May be repeated.',
    },
    { name: 'cluster-id', kind: 'string', usage: 'ID of the cluster, which the certificate names.' },
    { name: 'common-name', kind: 'string', usage: 'Name of the authority.' },
    { name: 'days', kind: 'int', usage: `For how many days it is valid. Default ${DAYS}.` },
    { name: 'domain', kind: 'string', usage: 'Domain of the cluster. Default consul.' },
    { name: 'name-constraint', kind: 'switch', usage: 'What it signs is valid in the domain and for localhost only.' },
  ],
  run: create,
};
