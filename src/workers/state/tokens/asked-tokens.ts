// Tokens judged by what servers say of them: on a client agent, and on a server for tokens of the primary datacenter that it has no
// copy of. A judgment is kept for `acl.token_ttl`; what becomes of it when no server answers is `acl.down_policy`'s to say.

import { surprise } from '../../../observe/surprise.js';
import type { LinkedToken } from '../../../wire/acl/linked-token.js';
import type { Authorizer } from '../acl/access.js';
import { compileRules } from '../acl/authorizer.js';
import { isRefusal, type Refusal, type RefusalCode } from '../methods/contract/refusal.js';
import type { Judged, TokenResolver } from '../methods/contract/token-resolver.js';
import { type GrantSettings, grantedBy, weightOf } from './granted.js';
import { KeptJudgments } from './kept-judgments.js';

export interface AskedTokensOptions extends GrantSettings {
  /** Asks a server with the token itself. */
  readonly read: (secret: string) => Promise<LinkedToken | Refusal>;
  /** Tokens that nobody needs to be asked about: null where it is none of them. */
  readonly own: (secret: string) => Authorizer | null;
  readonly downPolicy: string;
  /** Milliseconds. */
  readonly keptForMs: number;
  /** Milliseconds of a clock that never jumps. */
  readonly now: () => number;
}

interface Judgment {
  readonly weight: number;
  readonly authorizer: Authorizer;
  /** What it was made of, so that the same answer leaves the same authorizer. */
  readonly text: string;
  readonly askedMs: number;
}

/** For a moment nobody is asked again. */
interface Pause {
  readonly weight: number;
  readonly authorizer: Authorizer;
  readonly untilMs: number;
}

/** Of a request without a token. */
const ANONYMOUS_SECRET = 'anonymous';
/** Of secrets that are being asked about; further ones wait for no server and are refused. */
const MOST_ASKED = 1_024;
/** Between two questions about one that nobody answers for. */
const PAUSE_MS = 1_000;
/** Of secrets that nobody answers for: apart from what is known, so that it isn't ousted by them. */
const PAUSES_BYTES = 256 * 1024;
const PAUSE_BYTES = 256;

/** A server's word about this token; anything else says that there was none. */
const WORDS: ReadonlySet<RefusalCode> = new Set(['denied']);

export class AskedTokens implements TokenResolver {
  readonly isOff = false;
  readonly #options: AskedTokensOptions;
  readonly #kept = new KeptJudgments<Judgment>();
  readonly #pauses = new KeptJudgments<Pause>(PAUSES_BYTES);
  readonly #asking = new Map<string, Promise<Judged>>();
  readonly #denied: Authorizer;
  readonly #allowed: Authorizer;

  constructor(options: AskedTokensOptions) {
    this.#options = options;
    const { listsKeysByRule } = options;
    this.#denied = compileRules([], { accessor: '', defaultPolicy: 'deny', listsKeysByRule });
    this.#allowed = compileRules([], { accessor: '', defaultPolicy: 'allow', listsKeysByRule });
  }

  resolve(secret: string): Judged | Promise<Judged> {
    const key = secret === '' ? ANONYMOUS_SECRET : secret;
    const known = this.#kept.get(key);
    const { now, keptForMs, own, downPolicy } = this.#options;
    if (known !== undefined && now() - known.askedMs < keptForMs) return known.authorizer;
    const special = own(key);
    if (special !== null) return special;
    const pause = this.#pauses.get(key);
    if (pause !== undefined && now() < pause.untilMs) return pause.authorizer;
    const asked = this.#ask(key, known);
    return known !== undefined && downPolicy === 'async-cache' ? known.authorizer : asked;
  }

  /** It is for servers to say which tokens are their datacenter's alone. */
  isLocal(): boolean {
    return false;
  }

  #ask(secret: string, known: Judgment | undefined): Judged | Promise<Judged> {
    const running = this.#asking.get(secret);
    if (running !== undefined) return running;
    if (this.#asking.size >= MOST_ASKED) return this.#whenDown(secret, known);
    const begun = this.#options
      .read(secret)
      .then((answer) => this.#answered(secret, known, answer))
      .catch((error: unknown) => {
        surprise(error);
        return this.#denied;
      })
      .finally(() => this.#asking.delete(secret));
    this.#asking.set(secret, begun);
    return begun;
  }

  #answered(secret: string, known: Judgment | undefined, answer: LinkedToken | Refusal): Judged {
    if (isRefusal(answer)) {
      if (!WORDS.has(answer.refused)) return this.#whenDown(secret, known);
      this.#kept.delete(secret);
      return answer;
    }
    const text = JSON.stringify(answer);
    const authorizer = known?.text === text ? known.authorizer : grantedBy(answer, this.#options);
    if (isRefusal(authorizer)) return authorizer;
    const weight = weightOf(answer) + 2 * text.length;
    this.#kept.set(secret, { authorizer, text, weight, askedMs: this.#options.now() });
    return authorizer;
  }

  #whenDown(secret: string, known: Judgment | undefined): Judged {
    const { downPolicy, now, keptForMs } = this.#options;
    // Not each request waits for a server that isn't there.
    if (downPolicy === 'allow') return this.#pause(secret, this.#allowed);
    if (downPolicy === 'deny' || known === undefined) return this.#pause(secret, this.#denied);
    this.#kept.set(secret, { ...known, askedMs: now() - keptForMs + PAUSE_MS });
    return known.authorizer;
  }

  #pause(secret: string, authorizer: Authorizer): Judged {
    const weight = PAUSE_BYTES + 2 * secret.length;
    this.#pauses.set(secret, { weight, authorizer, untilMs: this.#options.now() + PAUSE_MS });
    return authorizer;
  }
}
