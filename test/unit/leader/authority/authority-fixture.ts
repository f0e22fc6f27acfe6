// A certificate authority over a store that takes each command at once, as a leader's.

import { makeKey, makeSigningRequest, type Names } from '../../../../src/certificates/certificates.js';
import { Logger, LogSink } from '../../../../src/observe/logger.js';
import type { Command, ConnectCaRequest } from '../../../../src/wire/commands.js';
import type { RuntimeConfig } from '../../../../src/wire/config.js';
import type { CaConfiguration, CaRoot } from '../../../../src/wire/records.js';
import { allowAll } from '../../../../src/workers/state/acl/access.js';
import { Authority } from '../../../../src/workers/state/leader/authority/authority.js';
import type { Primary } from '../../../../src/workers/state/leader/primary/primary.js';
import type { Asker } from '../../../../src/workers/state/methods/contract/asker.js';
import type { IssuedCertificate } from '../../../../src/workers/state/methods/contract/certificate-authority.js';
import { isRefusal, type Refusal } from '../../../../src/workers/state/methods/contract/refusal.js';
import type { ProposeOutcome } from '../../../../src/workers/state/replica/consensus.js';
import { waitFor } from '../../../agent-process.js';
import { TestStore } from '../../store/commands.js';

export const ASKER: Asker = { token: 'secret', authorizer: allowAll };
export const HOUR_MS = 3_600_000;

export interface Fixture {
  readonly store: TestStore;
  readonly authority: Authority;
  /** What was written, in order. */
  readonly written: Command[];
  readonly logged: string[];
  /** Milliseconds since 1970, for the authority. */
  readonly clock: { nowMs: number };
  /** The log takes so many commands more, then leadership is lost. */
  readonly log: { left: number };
}

type Connect = RuntimeConfig['connect'];

const authorities: Authority[] = [];

/** For a hook of each file that has fixtures. */
export function stopAuthorities(): void {
  for (const authority of authorities.splice(0)) authority.stop();
}

const IN_PRIMARY = { datacenter: 'dc1', primary: null };

export function fixture(
  store = new TestStore(),
  connect: Partial<Connect> = {},
  { datacenter, primary }: { readonly datacenter: string; readonly primary: Primary | null } = IN_PRIMARY,
): Fixture {
  const written: Command[] = [];
  const logged: string[] = [];
  const clock = { nowMs: Date.now() };
  const log = { left: Number.POSITIVE_INFINITY };
  const sink = new LogSink('trace', ({ message, fields }) => logged.push(`${message} ${fields.join(' ')}`));
  const propose = async (command: Command): Promise<ProposeOutcome> => {
    if (log.left <= 0) return { ok: false, code: 'leadership-lost' };
    log.left -= 1;
    written.push(command);
    const result = store.run(command);
    return { ok: true, index: store.appliedIndex, result };
  };
  const authority = new Authority({
    reads: store.authority,
    consensus: { propose },
    config: {
      datacenter,
      connect: {
        enabled: true,
        caProvider: 'consul',
        caConfig: {},
        clusterId: '',
        leafRootChangeSpreadMs: 0,
        ...connect,
      },
    },
    primary,
    logger: new Logger('agent.server.connect', sink),
    now: () => clock.nowMs,
  });
  authorities.push(authority);
  return { store, authority, written, logged, clock, log };
}

/** Leads from now on, and has a root. */
export async function led(made: Fixture): Promise<Fixture> {
  const { store, authority } = made;
  authority.start();
  await waitFor(() => store.authority.activeRoot !== undefined, 'a root');
  return made;
}

export function rootsOf({ store }: Fixture): readonly CaRoot[] {
  return store.authority.state().value.roots;
}

export function activeRoot({ store }: Fixture): CaRoot {
  const root = store.authority.activeRoot;
  if (root === undefined) throw new Error('there is no active root');
  return root;
}

export function operations({ written }: Fixture): readonly string[] {
  return written.map(({ type, body }) => (type === 13 ? (body as ConnectCaRequest).Op : `type ${type}`));
}

export function wanted(config: CaConfiguration['Config'], parts: Partial<CaConfiguration> = {}): CaConfiguration {
  return {
    ClusterID: '',
    Provider: 'consul',
    Config: config,
    State: null,
    ForceWithoutCrossSigning: false,
    CreateIndex: 0,
    ModifyIndex: 0,
    ...parts,
  };
}

/** null: done. */
export async function configure(made: Fixture, config: CaConfiguration): Promise<string | null> {
  const outcome = await made.authority.configure(config, ASKER);
  return outcome === true ? null : outcome.text;
}

export async function request(uri: string, names: Partial<Names> = {}): Promise<string> {
  return makeSigningRequest(await makeKey('ec', 256), { uris: [uri], dns: [], addresses: [], ...names });
}

export function serviceUri({ store }: Fixture, service: string, datacenter = 'dc1'): string {
  return `spiffe://${store.authority.state().value.trustDomain}/ns/default/dc/${datacenter}/svc/${service}`;
}

export async function signed(made: Fixture, service = 'web'): Promise<IssuedCertificate> {
  const answer: IssuedCertificate | Refusal = await made.authority.sign(
    await request(serviceUri(made, service)),
    ASKER,
  );
  if (isRefusal(answer)) throw new Error(answer.text);
  return answer;
}
