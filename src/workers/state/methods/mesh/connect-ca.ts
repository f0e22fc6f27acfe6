// ConnectCA.*: the roots that certificates of the mesh are trusted by, the authority's configuration, certificates.

import type { CaConfiguration, CaRoot } from '../../../../wire/records.js';
import type { IssuedCertificate } from '../contract/certificate-authority.js';
import type { ReadMethod, WriteMethod } from '../contract/method.js';
import { denial, refusal } from '../contract/refusal.js';

/** What a provider keeps is not for users to set. */
export const STATE_IS_READ_ONLY = 'Provider State is read-only. It must be omitted or identical to the current value';

export interface TrustedRoots {
  /** "" before there is an authority. */
  readonly trustDomain: string;
  readonly roots: readonly CaRoot[];
}

export const connectCaRoots: ReadMethod<null, TrustedRoots> = {
  name: 'ConnectCA.Roots',
  isOpen: true,
  prepare: (store) => ({
    read: () => store.authority.state(),
    watch: () => store.targets.authority(),
  }),
};

export const caConfiguration: WriteMethod<null, CaConfiguration> = {
  name: 'ConnectCA.ConfigurationGet',
  isRepeatable: true,
  decide({ store, authority }, _request, { authorizer }) {
    if (authority.obstacle !== null) return authority.obstacle;
    // It may hold the key of the root.
    const denied = denial(authorizer, 'operator:write', '');
    if (denied !== null) return denied;
    const { config } = store.authority;
    return config === undefined ? refusal('failed', 'CA has not finished initializing') : { reply: config };
  },
};

export const setCaConfiguration: WriteMethod<CaConfiguration, true> = {
  name: 'ConnectCA.ConfigurationSet',
  decide({ authority }, config, asker) {
    if (authority.obstacle !== null) return authority.obstacle;
    const denied = denial(asker.authorizer, 'operator:write', '');
    if (denied !== null) return denied;
    return { reply: authority.configure(config, asker) };
  },
};

/** For the authority of another datacenter; answers its certificate as PEM. */
export const signIntermediate: WriteMethod<string, string> = {
  name: 'ConnectCA.SignIntermediate',
  isRepeatable: true,
  decide({ authority }, request, { authorizer }) {
    if (authority.obstacle !== null) return authority.obstacle;
    const denied = denial(authorizer, 'operator:write', '');
    return denied ?? { reply: authority.signIntermediate(request) };
  },
};

/** The request is a signing request as PEM. Whom it is for says what the asker must be allowed to. */
export const signCertificate: WriteMethod<string, IssuedCertificate> = {
  name: 'ConnectCA.Sign',
  isRepeatable: true,
  decide: ({ authority }, request, asker) => authority.obstacle ?? { reply: authority.sign(request, asker) },
};
