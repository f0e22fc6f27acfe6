// The part of DebugConfig about automatic configuration, which comes with a later version: its values when it is off.

import type { DebugValue } from './hide.js';

export function autoConfig(): DebugValue {
  return {
    Authorizer: {
      AllowReuse: false,
      AuthMethod: {
        ACLAuthMethodEnterpriseFields: {},
        Config: {
          BoundAudiences: null,
          BoundIssuer: '',
          ClaimMappings: null,
          ClockSkewLeeway: 0,
          ExpirationLeeway: 0,
          JWKSCACert: '',
          JWKSURL: '',
          JWTSupportedAlgs: null,
          JWTValidationPubKeys: null,
          ListClaimMappings: null,
          NotBeforeLeeway: 0,
          OIDCDiscoveryCACert: '',
          OIDCDiscoveryURL: '',
        },
        Description: '',
        DisplayName: '',
        EnterpriseMeta: {},
        MaxTokenTTL: '0s',
        Name: 'Auto Config Authorizer',
        RaftIndex: { CreateIndex: 0, ModifyIndex: 0 },
        TokenLocality: '',
        Type: 'jwt',
      },
      ClaimAssertions: [],
      Enabled: false,
    },
    DNSSANs: [],
    Enabled: false,
    IPSANs: [],
    IntroToken: '',
    IntroTokenFile: '',
    ServerAddresses: [],
  };
}
