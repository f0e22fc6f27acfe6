// How a server that doesn't lead comes to stand, asks for votes and gives its own (spec/raft.md, sections 3 and 5; the Raft
// paper, 5.2 and 5.4.1, and 9.6 of the dissertation for the pre-vote).

import { isSoleVoter } from './configuration.js';
import { Candidacy, type Electorate, isHeard, mayGrant } from './election.js';
import { type Term, term } from './entry.js';
import { Haste } from './haste.js';
import type { TimeoutNow, VoteAnswer, VoteRequest } from './message.js';
import type { CoreParts, Office } from './parts.js';
import type { Persist } from './ready.js';
import { Silence } from './silence.js';

export class Elections {
  readonly #parts: CoreParts;
  readonly #office: Office;
  /** No configuration that this server started with has other voters. */
  readonly #wasAlone: boolean;
  readonly #haste: Haste;
  readonly #silence: Silence;
  #candidacy: Candidacy | null = null;
  #deadlineMs: number | null = null;

  constructor(parts: CoreParts, office: Office, wasAlone: boolean) {
    this.#parts = parts;
    this.#office = office;
    this.#wasAlone = wasAlone;
    this.#haste = new Haste(parts.timing.electionTimeoutMs, parts.random);
    this.#silence = new Silence(parts.timing.leaderLeaseMs);
  }

  /** Time passes for a server that doesn't lead. */
  tick(nowMs: number): void {
    this.#begin(nowMs);
    if (this.#silence.look(nowMs) && this.#parts.standing.leader !== null) this.hasten(nowMs);
    // A sole voter has nobody to hear from, so it stands at once instead of waiting out the timeout.
    if (this.#mayStandAlone(nowMs)) this.#campaign(nowMs, 'alone');
    else if (this.#deadlineMs !== null && nowMs >= this.#deadlineMs) this.#timeout(nowMs);
  }

  /** Nobody leads, it seems: this server asks for votes as soon as others may be free to give them. */
  hasten(nowMs: number): void {
    this.#begin(nowMs);
    const { contact, standing } = this.#parts;
    if (standing.role === 'leader') return;
    standing.leader = null;
    if (this.#haste.isOn) return;
    // The others heard the leader last at about the time that this server did, and are bound to it as long.
    this.#deadlineMs = Math.max(nowMs, contact.boundUntilMs) + this.#haste.begin();
  }

  /** Others suspect the leader. Answers whether this server does now. */
  suspect(nowMs: number): boolean {
    const isSilent = this.#silence.confirms(nowMs);
    if (isSilent) this.hasten(nowMs);
    return isSilent;
  }

  /** The leader is there, whether or not what it says has come yet. */
  stirs(nowMs: number): void {
    this.#silence.broken(nowMs);
  }

  /** Somebody leads. */
  calm(nowMs: number): void {
    this.#silence.broken(nowMs);
    if (!this.#haste.isOn) return;
    this.#haste.end();
    this.#resetDeadline(nowMs);
  }

  answerVote(request: VoteRequest, nowMs: number): void {
    const { id, contact, promises, standing } = this.#parts;
    // A leader that asks for the votes of another term leads no more.
    if (request.from === standing.leader && request.term > promises.term) this.hasten(nowMs);
    const isReal = request.kind === 'vote';
    let granted = isHeard(this.#electorate, request);
    granted &&= request.isTransfer || !contact.forbids(request.from, nowMs);
    if (granted && isReal && request.term > promises.term) this.#office.follow(request.term, nowMs);
    granted &&= mayGrant(this.#electorate, request);
    if (granted && isReal) {
      promises.setHardState({ term: request.term, vote: request.from });
      contact.granted(nowMs);
      this.#haste.granted();
    }
    // Who got a vote gets the time to make use of it.
    if (granted && this.#haste.isOn) this.#resetDeadline(nowMs);
    const kind = isReal ? 'vote-answer' : 'pre-vote-answer';
    const answerTerm = isReal ? promises.term : (Math.max(promises.term, request.term) as Term);
    const { from: to, term: round } = request;
    promises.sendWhenDurable({ kind, from: id, to, term: answerTerm, round, granted });
  }

  countVote(answer: VoteAnswer, nowMs: number): void {
    const candidacy = this.#candidacy;
    const isPreVote = answer.kind === 'pre-vote-answer';
    const { term: own } = this.#parts.promises;
    // An answer to a pre-vote echoes the term that was asked for, and nobody may ever have stood in that. It may come when
    // this server follows a leader again, so it isn't the candidacy that says which term was asked for.
    const bound = isPreVote ? Math.max(own, answer.round) : own;
    if (answer.term > bound) {
      this.#office.follow(answer.term, nowMs);
      return;
    }
    if (!candidacy || candidacy.isPreVote !== isPreVote || answer.round !== candidacy.term) return;
    candidacy.count(answer.from, answer.granted);
    if (!candidacy.won) return;
    if (isPreVote) this.#campaign(nowMs, 'elected');
    else this.#office.lead(candidacy, nowMs);
  }

  /** The leader hands over: whoever has a vote stands at once, without asking first. */
  standInstead(message: TimeoutNow, nowMs: number): void {
    const { id, membership, promises, standing } = this.#parts;
    if (message.term !== promises.term || standing.leader !== message.from) return;
    if (standing.role === 'leader' || !membership.voters.includes(id) || this.#isShort) return;
    standing.leader = null;
    this.#campaign(nowMs, 'transfer');
  }

  /** A write is durable; the own vote counts with the one that holds it. */
  written(done: Persist, nowMs: number): void {
    const candidacy = this.#candidacy;
    if (candidacy && !candidacy.isPreVote && done.hardState?.term === candidacy.term) {
      candidacy.count(this.#parts.id, true);
      if (candidacy.won) this.#office.lead(candidacy, nowMs);
    }
  }

  /** The candidacy is over, won or not. */
  close(): void {
    this.#candidacy = null;
  }

  /** Somebody else may lead now, and gets the time to show it. */
  follow(nowMs: number): void {
    this.close();
    this.#resetDeadline(nowMs);
  }

  get #electorate(): Electorate {
    const { membership, promises, standing, log } = this.#parts;
    const { hardState } = promises;
    return { configuration: membership.latest, hardState, leader: standing.leader, last: log.pledge };
  }

  /** A follower's or candidate's time is up. */
  #timeout(nowMs: number): void {
    const { id, contact, membership, standing, timing } = this.#parts;
    const isHearing = nowMs - contact.lastMs < timing.heartbeatTimeoutMs && !this.#haste.isOn;
    this.#resetDeadline(nowMs);
    this.#haste.tried();
    if (standing.role === 'follower' && isHearing) return;
    standing.leader = null;
    if (!membership.voters.includes(id) || this.#isShort) return;
    this.#campaign(nowMs, isSoleVoter(membership.latest, id) ? 'alone' : 'pre-vote');
  }

  #campaign(nowMs: number, why: 'pre-vote' | 'alone' | 'elected' | 'transfer'): void {
    const { id, log, membership, promises, standing } = this.#parts;
    const isPreVote = why === 'pre-vote';
    const next = term(promises.term + 1);
    const { voters } = membership;
    const candidacy = new Candidacy(next, voters, isPreVote);
    this.#candidacy = candidacy;
    if (isPreVote) candidacy.count(id, true);
    else promises.setHardState({ term: next, vote: id });
    standing.become('candidate', promises.term, 0);
    this.#resetDeadline(nowMs);
    const kind = isPreVote ? 'pre-vote' : 'vote';
    const isTransfer = why === 'transfer';
    for (const to of voters) {
      if (to === id) continue;
      promises.sendWhenDurable({ kind, from: id, to, term: next, last: log.last, isTransfer });
    }
  }

  #begin(nowMs: number): void {
    if (this.#deadlineMs !== null) return;
    // Who was alone all along can't have acknowledged anything.
    if (!this.#wasAlone) this.#parts.contact.started(nowMs);
    this.#resetDeadline(nowMs);
  }

  /** It has less than it once acknowledged, and wouldn't get its own vote. */
  get #isShort(): boolean {
    const { log } = this.#parts;
    return log.pledge !== log.last;
  }

  #mayStandAlone(nowMs: number): boolean {
    const { id, contact, membership, standing } = this.#parts;
    const isAlone = !this.#isShort && standing.role === 'follower' && isSoleVoter(membership.latest, id);
    return isAlone && !contact.forbids(id, nowMs);
  }

  /** Every timeout is drawn from [t, 2t), be it a hasty one. */
  #resetDeadline(nowMs: number): void {
    const { random, standing, timing } = this.#parts;
    const timeoutMs = standing.role === 'candidate' ? timing.electionTimeoutMs : timing.heartbeatTimeoutMs;
    this.#deadlineMs = nowMs + (this.#haste.pauseMs() ?? timeoutMs * (1 + random()));
  }
}
