// All threads of this process, as V8's inspector shows them: asked from the thread that answers HTTP, by way of the main thread,
// so that no other thread has code for it. Nothing of the inspector is loaded before somebody asks.

import type { Runtime, Session } from 'node:inspector';
import { createRequire } from 'node:module';

/** The inspector is large, and few agents are profiled. */
const load = createRequire(import.meta.url);

/** A thread answers in less, also when it is in the middle of something. */
const ANSWER_DEADLINE_MS = 10_000;
const MAIN = 'main';

/** One thread, while {@link withThreads} lasts. */
export interface InspectedThread {
  readonly name: string;
  /** By the names and parameters of the inspector's protocol. Rejects where the thread refuses, ends, or doesn't answer. */
  ask(method: string, parameters?: object): Promise<unknown>;
}

interface Asked {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** What a thread answers: to a question by its number, or an event. */
interface Answer {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

class Questions {
  readonly #waiting = new Map<number, Asked>();
  readonly #send: (text: string) => void;
  #last = 0;

  constructor(send: (text: string) => void) {
    this.#send = send;
  }

  ask(method: string, params: object): Promise<unknown> {
    this.#last += 1;
    const id = this.#last;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#send(JSON.stringify({ id, method, params }));
    });
  }

  answered(text: string): void {
    const { id, result, error } = JSON.parse(text) as Answer;
    const asked = id === undefined ? undefined : this.#waiting.get(id);
    if (id === undefined || asked === undefined) return;
    this.#waiting.delete(id);
    if (error === undefined) asked.resolve(result);
    else asked.reject(new Error(error.message));
  }

  ended(): void {
    for (const { reject } of this.#waiting.values()) reject(new Error('the thread has ended'));
    this.#waiting.clear();
  }
}

function inTime(answer: Promise<unknown>): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('a thread does not answer')), ANSWER_DEADLINE_MS);
    answer.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

function askMain(session: Session, method: string, parameters: object): Promise<unknown> {
  return inTime(
    new Promise((resolve, reject) => {
      session.post(method, parameters, (error, result) => {
        if (error) reject(error);
        else resolve(result);
      });
    }),
  );
}

/** `[worker 2] raft` and `WorkerThread 2: raft` name the same. */
function nameOf(title: string): string {
  return /^(?:\[worker \d+\]|\S+ \d+:) (.+)$/.exec(title)?.[1] ?? title;
}

/** Those that there are now, the main thread first, which is called `main`; a worker has the name it was started with. */
export async function withThreads<T>(work: (threads: readonly InspectedThread[]) => Promise<T>): Promise<T> {
  const inspector = load('node:inspector') as typeof import('node:inspector');
  const session = new inspector.Session();
  session.connectToMainThread();
  const threads: InspectedThread[] = [
    { name: MAIN, ask: (method, parameters = {}) => askMain(session, method, parameters) },
  ];
  const questions = new Map<string, Questions>();
  session.on('NodeWorker.attachedToWorker', ({ params: { sessionId, workerInfo } }) => {
    const asked = new Questions((message) => session.post('NodeWorker.sendMessageToWorker', { sessionId, message }));
    questions.set(sessionId, asked);
    threads.push({
      name: nameOf(workerInfo.title),
      ask: (method, parameters = {}) => inTime(asked.ask(method, parameters)),
    });
  });
  session.on('NodeWorker.receivedMessageFromWorker', ({ params: { sessionId, message } }) => {
    questions.get(sessionId)?.answered(message);
  });
  session.on('NodeWorker.detachedFromWorker', ({ params: { sessionId } }) => questions.get(sessionId)?.ended());
  try {
    await threads[0]?.ask('NodeWorker.enable', { waitForDebuggerOnStart: false });
    return await work([...threads]);
  } finally {
    session.disconnect();
  }
}

/** What an expression gives in a thread, as JSON would carry it. */
export async function valueIn<T>(thread: InspectedThread, expression: string): Promise<T> {
  const asked = { expression, returnByValue: true };
  const { result, exceptionDetails } = (await thread.ask('Runtime.evaluate', asked)) as Runtime.EvaluateReturnType;
  if (exceptionDetails !== undefined) throw new Error(exceptionDetails.text);
  return result.value as T;
}
