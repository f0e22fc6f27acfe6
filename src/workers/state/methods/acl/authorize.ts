// ACL.Authorize: whether a token allows what is listed (recorded: /v1/internal/acl/authorize).

import { quote } from '../../../../gotext/quote.js';
import { type Authorizer, allowAll, type NeededRule } from '../../acl/access.js';
import { RESOURCES } from '../../acl/authorizer.js';
import type { DirectMethod } from '../contract/method.js';
import { type Refusal, refusal } from '../contract/refusal.js';
import { ACLS_ARE_OFF } from './acl-access.js';

export interface AuthorizationQuestion {
  readonly Resource: string;
  readonly Access: string;
  /** The name of a key, node, service …; "" where there is none. */
  readonly Segment: string;
}

export interface Authorization extends AuthorizationQuestion {
  readonly Allow: boolean;
}

const MOST_QUESTIONS = 64;
const KNOWN: ReadonlySet<string> = new Set(RESOURCES);

/** A rule that an authorizer knows; null: there is none such. */
function ruleOf({ Resource, Access }: AuthorizationQuestion): NeededRule | null {
  const access = Access === 'read' || Access === 'write' || (Access === 'list' && Resource === 'key') ? Access : null;
  return access !== null && KNOWN.has(Resource) ? (`${Resource}:${access}` as NeededRule) : null;
}

/** Why this can't be asked at all, whoever asks; null: it can. */
export function questionProblem(questions: readonly AuthorizationQuestion[]): Refusal | null {
  if (questions.length > MOST_QUESTIONS) {
    return refusal('bad-request', `Refusing to process more than ${MOST_QUESTIONS} authorizations at once`);
  }
  const unknown = questions.find(({ Resource }) => !KNOWN.has(Resource));
  if (unknown === undefined) return null;
  return refusal('bad-request', `Invalid ACL resource requested: ${quote(unknown.Resource)}`);
}

export function authorize(
  authorizer: Authorizer,
  questions: readonly AuthorizationQuestion[],
): readonly Authorization[] | Refusal {
  if (authorizer === allowAll) return ACLS_ARE_OFF;
  const problem = questionProblem(questions);
  if (problem !== null) return problem;
  const answers: Authorization[] = [];
  for (const { Resource, Access, Segment } of questions) {
    const rule = ruleOf({ Resource, Access, Segment });
    if (rule === null) return refusal('failed', `Invalid access level for ${Resource} resource: ${Access}`);
    answers.push({ Resource, Access, Segment, Allow: authorizer.allows(rule, Segment) });
  }
  return answers;
}

export const authorizeToken: DirectMethod<readonly AuthorizationQuestion[], readonly Authorization[]> = {
  name: 'ACL.Authorize',
  isRepeatable: true,
  answer: (_server, questions, { authorizer }) => authorize(authorizer, questions),
};
