// Profiles of the whole process under /debug/pprof, for `go tool pprof` and what else reads its form. They are V8's, of all
// threads; what only Go's runtime has (trace, block, mutex) isn't there.

import type { EndpointTable } from '../http/endpoint.js';
import { bare, type Reply, text } from '../http/message/reply.js';
import type { ApiRequest } from '../http/message/request.js';
import { action, type Operation } from '../http/operation.js';
import { integer } from '../http/parameters/parameters.js';
import { activityProfile } from '../profiles/activities.js';
import { cpuProfile } from '../profiles/cpu.js';
import { allocationProfile, memoryProfile } from '../profiles/memory.js';
import { encodeProfile, type Profile } from '../profiles/pprof.js';

export interface ProfileDependencies {
  readonly debugEnabled: () => boolean;
}

/** As Go's. */
const USUAL_SECONDS = 30;
/** V8 keeps every sample until the end, and gives all of them out at once. */
const MOST_SECONDS = 600;
const MS_PER_SECOND = 1000;

const SECONDS = {
  seconds: integer(
    'How long is looked, at most 600.',
    [0, MOST_SECONDS],
    (error) => text(400, `invalid value for "seconds": ${error}`),
    text(400, `"seconds" must be between 0 and ${MOST_SECONDS}`),
  ),
} as const;

/** Resolves after so many seconds, or when the client has gone. */
function lookedFor(seconds: number, call: ApiRequest): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, seconds * MS_PER_SECOND);
    call.onAbort(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

async function replyOf(name: string, profile: Profile): Promise<Reply> {
  return {
    status: 200,
    contentType: 'application/octet-stream',
    body: await encodeProfile(profile),
    headers: [
      ['Content-Disposition', `attachment; filename="${name}"`],
      ['X-Content-Type-Options', 'nosniff'],
    ],
  };
}

export function profileEndpoints({ debugEnabled }: ProfileDependencies): EndpointTable {
  // Two at once would show each other's work, and take twice the time of every thread.
  let isBusy = false;
  const profiled = async (name: string, profile: () => Promise<Profile>): Promise<Reply> => {
    if (isBusy) return text(500, `Could not enable ${name} profiling: profiling already in use`);
    isBusy = true;
    try {
      return await replyOf(name, await profile());
    } finally {
      isBusy = false;
    }
  };
  const operation = (
    name: string,
    summary: string,
    profile: (seconds: number, call: ApiRequest) => Promise<Profile>,
  ): Operation =>
    action({
      summary,
      acl: ['operator:read'],
      judges: 'row',
      parameters: SECONDS,
      off: () => (debugEnabled() ? null : bare(404)),
      answer: 'profile',
      others: { 400: 'error', 404: 'nothing', 500: 'error' },
      run: (call, { seconds }) => profiled(name, () => profile(seconds, call)),
    });
  const rows: readonly (readonly [string, Operation])[] = [
    [
      'profile',
      operation('profile', 'Where the time of all threads goes (pprof)', (seconds, call) =>
        cpuProfile(lookedFor(seconds || USUAL_SECONDS, call)),
      ),
    ],
    [
      'heap',
      operation(
        'heap',
        'What memory is used for: now by kind, or what functions took in so many seconds (pprof)',
        (seconds, call) => (seconds === 0 ? memoryProfile() : allocationProfile(lookedFor(seconds, call))),
      ),
    ],
    ['goroutine', operation('goroutine', 'What all threads wait for, by kind (pprof)', () => activityProfile())],
  ];
  return rows.map(([name, GET]) => ({
    path: `/debug/pprof/${name}`,
    answeredBy: 'agent',
    headers: 'debug',
    methods: { GET },
  }));
}
