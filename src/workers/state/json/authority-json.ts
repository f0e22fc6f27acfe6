// The certificate authority's records as texts of JSON.

import { dynamicJson, listJson, mapJson, quoteJson } from '../../../gotext/json-encode.js';
import { listOf, mapOf, nullable, record } from '../../../gotext/json-shape.js';
import { timeText } from '../../../gotext/rfc3339.js';
import { msOfGoTime } from '../../../wire/go-time.js';
import type { CaConfiguration, CaRoot } from '../../../wire/records.js';

function rootJson(root: CaRoot): string {
  return (
    `{"ID":${quoteJson(root.ID)},"Name":${quoteJson(root.Name)},"SerialNumber":${root.SerialNumber},` +
    `"SigningKeyID":${quoteJson(root.SigningKeyID)},"ExternalTrustDomain":${quoteJson(root.ExternalTrustDomain)},` +
    `"NotBefore":"${timeText(msOfGoTime(root.NotBefore))}","NotAfter":"${timeText(msOfGoTime(root.NotAfter))}",` +
    `"RootCert":${quoteJson(root.RootCert)},"IntermediateCerts":${listJson(root.IntermediateCerts, quoteJson)},` +
    `"Active":${root.Active},"PrivateKeyType":${quoteJson(root.PrivateKeyType)},"PrivateKeyBits":${root.PrivateKeyBits},` +
    `"CreateIndex":${root.CreateIndex},"ModifyIndex":${root.ModifyIndex}}`
  );
}

export function rootsJson(trustDomain: string, roots: readonly CaRoot[]): string {
  const active = roots.find(({ Active }) => Active)?.ID ?? '';
  return (
    `{"ActiveRootID":${quoteJson(active)},"TrustDomain":${quoteJson(trustDomain)},` +
    `"Roots":${listJson(roots, rootJson)}}`
  );
}

export const rootsShape = record('CARoots', {
  ActiveRootID: 'string',
  TrustDomain: 'string',
  Roots: listOf(
    record('CARoot', {
      ID: 'string',
      Name: 'string',
      SerialNumber: 'uint64',
      SigningKeyID: 'string',
      ExternalTrustDomain: 'string',
      NotBefore: 'string',
      NotAfter: 'string',
      RootCert: 'string',
      IntermediateCerts: nullable(listOf('string')),
      Active: 'boolean',
      PrivateKeyType: 'string',
      PrivateKeyBits: 'integer',
      CreateIndex: 'integer',
      ModifyIndex: 'integer',
    }),
  ),
});

export function caConfigurationJson(config: CaConfiguration): string {
  return (
    `{"Provider":${quoteJson(config.Provider)},"Config":${dynamicJson(config.Config)},` +
    `"State":${mapJson(config.State, quoteJson)},"ForceWithoutCrossSigning":${config.ForceWithoutCrossSigning},` +
    `"CreateIndex":${config.CreateIndex},"ModifyIndex":${config.ModifyIndex}}`
  );
}

export const caConfigurationShape = record('CAConfiguration', {
  Provider: 'string',
  Config: nullable(mapOf('any')),
  State: nullable(mapOf('string')),
  ForceWithoutCrossSigning: 'boolean',
  CreateIndex: 'integer',
  ModifyIndex: 'integer',
});
