// Registering and removing services of an agent, one or as many as there are: those of one stream where the agent takes one
// (docs/bulk.md), else one call after the other, as with a stock agent. What is told of each is the same.

import { Readable } from 'node:stream';
import { answerOf, type Client, type Query, type Stream } from '../http/client.js';

export interface ServiceChange {
  /** The agent's own word for it. */
  readonly id: string;
  readonly name: string;
  /** The registration, in the API's form; `{"ID": …}` of a removal. */
  readonly body: object;
}

export interface Changes {
  readonly action: 'register' | 'deregister';
  readonly all: readonly ServiceChange[];
  /** Of a registration: the service loses the checks that this one doesn't have. */
  readonly replacesChecks?: boolean;
  /** Told of each, in order; `error` is null where it was done. */
  readonly told: (change: ServiceChange, error: string | null) => void;
}

interface Result {
  readonly OK: boolean;
  readonly Status?: number;
  readonly Error?: string;
}

const LINES_TYPE = 'application/x-ndjson';
/** What a stock agent answers to a path that it doesn't have. */
const UNKNOWN_PATH = new Set([404, 405]);

/** Resolves with what kept the rest from being tried; null where each was. */
export async function changeServices(client: Client, changes: Changes): Promise<string | null> {
  const { all } = changes;
  if (all.length > 1 && (await takesStreams(client, changes))) return inOneStream(client, changes);
  for (const change of all) {
    const error = await alone(client, changes, change);
    changes.told(change, error);
    // Whatever it is, it is said once, as by Consul's own command.
    if (error !== null) return null;
  }
  return null;
}

function queryOf({ action, replacesChecks }: Changes): Query {
  return action === 'register' && replacesChecks === true ? [['replace-existing-checks', 'true']] : [];
}

async function alone(client: Client, changes: Changes, { id, body }: ServiceChange): Promise<string | null> {
  const answer =
    changes.action === 'register'
      ? await client.put('/v1/agent/service/register', queryOf(changes), JSON.stringify(body))
      : await client.put(`/v1/agent/service/deregister/${encodeURIComponent(id)}`);
  return answer.ok ? null : answer.error;
}

function* lines(all: readonly ServiceChange[]): Generator<string> {
  let text = '';
  for (const { body } of all) {
    text += `${JSON.stringify(body)}\n`;
    if (text.length < 64 * 1024) continue;
    yield text;
    text = '';
  }
  if (text !== '') yield text;
}

/**
 * Asked with a stream of nothing: whoever doesn't know the path may hang up while a long one is on its way, and a stream that is cut
 * must not begin anew, call by call.
 */
async function takesStreams(client: Client, changes: Changes): Promise<boolean> {
  const sent = await put(client, changes, Readable.from([]));
  if (!sent.ok) return true;
  await answerOf(sent.response, false);
  return !UNKNOWN_PATH.has(sent.response.statusCode ?? 0);
}

function put(client: Client, changes: Changes, body: Readable): Promise<Stream> {
  return client.putForStream(`/v1/agent/services/${changes.action}`, queryOf(changes), body, LINES_TYPE);
}

async function inOneStream(client: Client, changes: Changes): Promise<string | null> {
  const { all, told } = changes;
  const sent = await put(client, changes, Readable.from(lines(all)));
  if (!sent.ok) return sent.error;
  const { response } = sent;
  if (response.statusCode !== 200) {
    const answer = await answerOf(response, false);
    return answer.ok ? 'unexpected answer' : answer.error;
  }
  let at = 0;
  let rest = '';
  try {
    for await (const chunk of response.setEncoding('utf8') as AsyncIterable<string>) {
      const texts = (rest + chunk).split('\n');
      rest = texts.pop() ?? '';
      for (const text of texts) {
        const change = all[at];
        if (change === undefined) return 'unexpected answer';
        at += 1;
        told(change, errorOf(JSON.parse(text) as Result));
      }
    }
  } catch (error) {
    return error instanceof SyntaxError ? `unexpected answer: ${error.message}` : 'unexpected EOF';
  }
  return at === all.length ? null : 'unexpected EOF';
}

/** In the words of a call of its own. */
function errorOf({ OK, Status = 0, Error: error = '' }: Result): string | null {
  return OK ? null : `Unexpected response code: ${Status} (${error})`;
}
