// subscribe.StateChangeSubscription/Subscribe: by it a stock client agent answers blocking reads of a service's health, and by
// nothing else (spec/rpc.md, section 7). Answered by any server from what it has itself.

import type { FollowedReads } from '../../../calls/followed-reads.js';
import type { RequestLimits } from '../../../calls/request-limits.js';
import { isRefusal, type Refusal, refusal } from '../../../methods/contract/refusal.js';
import type { Answering, GrpcCall, Serve } from '../grpc-call.js';
import { Status } from '../status.js';
import { type BeyondParts, SubscriptionsBeyond } from './passed-on.js';
import { readSubscribeRequest, type SubscribeRequest } from './request.js';
import { StaleSubjects } from './stale-subjects.js';
import { openSubject, type Subject } from './subject.js';
import { Subscription } from './subscription.js';
import { serviceHealth, serviceHealthConnect, serviceList, type Topic } from './topic.js';

export const SUBSCRIBE = '/subscribe.StateChangeSubscription/Subscribe';

type Open = (
  reads: FollowedReads,
  request: SubscribeRequest,
  stale: StaleSubjects,
  over: () => void,
) => Subject | Refusal;

interface Row {
  /** Its subjects have names; else there is one, asked for as the wildcard. */
  readonly isNamed: boolean;
  readonly open: Open;
}

function row<Request, Value, Item>(topic: Topic<Request, Value, Item>, isNamed: boolean): Row {
  return {
    isNamed,
    open: (reads, { key, peer, token }, stale, over) =>
      openSubject(reads, topic, topic.request(key, peer), { token }, stale, over),
  };
}

/** By the number of the topic. Those of config entries aren't here: nobody subscribes to them yet. */
const TOPICS: ReadonlyMap<number, Row> = new Map([
  [1, row(serviceHealth, true)],
  [2, row(serviceHealthConnect, true)],
  [7, row(serviceList, false)],
]);
const LAST_TOPIC = 18;

interface SubscribeParts {
  readonly reads: FollowedReads;
  readonly limits: Pick<RequestLimits, 'refuse'>;
  readonly datacenter: string;
  readonly beyond: BeyondParts;
}

export function subscribe({ reads, limits, datacenter, beyond }: SubscribeParts): Serve {
  const elsewhere = new SubscriptionsBeyond(beyond);
  const subjects = new Map<string, Subject>();
  const stale = new StaleSubjects();

  function subjectOf(request: SubscribeRequest, { open }: Row): Subject | Refusal {
    const { topic, key, peer, token } = request;
    // What one token may see isn't told to the holder of another.
    const name = JSON.stringify([topic, key.toLowerCase(), peer.toLowerCase(), reads.isOpen ? '' : token]);
    const known = subjects.get(name);
    if (known !== undefined) return known;
    const opened = open(reads, request, stale, () => {
      if (subjects.get(name) === opened) subjects.delete(name);
    });
    if (!isRefusal(opened)) subjects.set(name, opened);
    return opened;
  }

  return (call, message) => {
    const refused = limits.refuse(SUBSCRIBE, call);
    if (refused !== null) return refuse(call, Status.resourceExhausted, refused.text);
    const request = readSubscribeRequest(message);
    if (request === null) return refuse(call, Status.internal, 'the request is no message of protobuf');
    if (request.datacenter !== '' && request.datacenter !== datacenter) {
      return elsewhere.pass(call, SUBSCRIBE, request) ?? refuse(call, Status.unknown, refusal('no-datacenter').text);
    }
    const topic = TOPICS.get(request.topic);
    if (topic === undefined) return refuse(call, ...unknownTopic(request.topic));
    const isNamed = request.key !== '' && !request.isWildcard;
    if (isNamed !== topic.isNamed) return refuse(call, Status.invalidArgument, subjectProblem(topic));
    // Another server may have more to tell: subscribers go there.
    if (!reads.isReady) return refuse(call, Status.unavailable, refusal('no-leader').text);
    const subject = subjectOf(request, topic);
    if (isRefusal(subject)) return refuse(call, Status.unknown, subject.text);
    return new Subscription(call, subject, request.index);
  };
}

function refuse(call: GrpcCall, ...[status, text]: Parameters<GrpcCall['end']>): Answering | null {
  call.end(status, text);
  return null;
}

function unknownTopic(topic: number): Parameters<GrpcCall['end']> {
  if (topic > 0 && topic <= LAST_TOPIC) return [Status.unimplemented, `topic ${topic} has no events`];
  return [Status.invalidArgument, `unknown topic: ${topic}`];
}

function subjectProblem({ isNamed }: Row): string {
  return isNamed ? 'a subject must be named' : 'only the wildcard subject is known';
}
