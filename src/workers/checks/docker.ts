// The docker check: runs a command in a container through the engine's HTTP API (create, start, inspect) and judges its
// exit code (spec/agent.md section 3, Docker). The engine is at DOCKER_HOST, else at its usual socket.

import { messageOf } from '../../gotext/errno.js';
import { quote } from '../../gotext/quote.js';
import type { Probe } from '../../wire/checks/check-task.js';
import type { CheckStatus, StringMap } from '../../wire/records.js';
import { type ExchangeTarget, HttpExchange } from './http/http-exchange.js';
import { OutputRing } from './probe/output.js';
import { type Cancel, critical, type Done, type ProbeRun } from './probe/probe.js';

type DockerProbe = Extract<Probe, { kind: 'docker' }>;

const DEFAULT_HOST = 'unix:///var/run/docker.sock';
/** The engine's JSON answers are small; more than this is cut, and then no JSON. */
const MAX_ANSWER_BYTES = 65_536;

interface Answer {
  readonly code: number;
  readonly text: string;
}

interface Engine {
  readonly target: ExchangeTarget;
  /** Start of the URL in error texts. */
  readonly base: string;
  readonly host: string;
}

function engine(environment: StringMap): Engine | string {
  const text = environment['DOCKER_HOST'] || DEFAULT_HOST;
  const [, scheme = '', rest = ''] = /^([a-z]+):\/\/(.+)$/.exec(text) ?? [];
  if (scheme === 'unix') {
    return { target: { kind: 'unix', path: rest }, base: `http://${encodeURIComponent(rest)}`, host: 'docker' };
  }
  if (scheme === 'tcp' || scheme === 'http') {
    const host = rest.replace(/\/.*$/, '');
    return { target: { kind: 'tcp', address: host }, base: `http://${host}`, host };
  }
  return `unsupported DOCKER_HOST ${quote(text)}`;
}

/** A failed step: the text is the check's output. */
class StepFailed extends Error {}

export function startDocker(run: ProbeRun<DockerProbe>, done: Done): Cancel {
  const attempt = new DockerAttempt(run);
  const timer =
    run.timeoutMs > 0
      ? setTimeout(() => {
          attempt.cancel();
          done(critical(`exec in container ${run.probe.containerId} failed: context deadline exceeded`));
        }, run.timeoutMs)
      : undefined;
  attempt
    .exec()
    .catch((error: unknown) => critical(messageOf(error)))
    .then((outcome) => {
      clearTimeout(timer);
      if (!attempt.isCancelled) done(outcome);
    });
  return () => {
    clearTimeout(timer);
    attempt.cancel();
  };
}

class DockerAttempt {
  readonly #run: ProbeRun<DockerProbe>;
  #exchange: HttpExchange | null = null;
  isCancelled = false;

  constructor(run: ProbeRun<DockerProbe>) {
    this.#run = run;
  }

  cancel(): void {
    this.isCancelled = true;
    this.#exchange?.close();
  }

  async exec(): Promise<{ status: CheckStatus; output: string }> {
    const { probe, outputMaxBytes } = this.#run;
    const execId = await this.#create();
    const output = new OutputRing(outputMaxBytes);
    const start = `start exec failed for container ${probe.containerId}`;
    const started = await this.#ask('POST', `/exec/${execId}/start`, { Detach: false, Tty: true }, start, output);
    if (started.code !== 200) throw new StepFailed(`${start} with status code ${started.code}: ${output.text()}`);
    const inspect = `inspect exec failed for container ${probe.containerId}`;
    const answer = await this.#ask('GET', `/exec/${execId}/json`, null, inspect);
    if (answer.code !== 200) throw new StepFailed(`${inspect} with status code ${answer.code}: ${answer.text}`);
    const exitCode = field(answer.text, 'ExitCode');
    let status: CheckStatus = 'critical';
    if (exitCode === 0) status = 'passing';
    else if (exitCode === 1) status = 'warning';
    return { status, output: output.textWithNotice() };
  }

  async #create(): Promise<string> {
    const { containerId, shell, args } = this.#run.probe;
    const command = shell === '' ? args : [shell, '-c', args.join(' ')];
    const body = { AttachStdin: false, AttachStdout: true, AttachStderr: true, Tty: true, Cmd: command };
    const failed = `create exec failed for container ${containerId}`;
    const path = `/containers/${encodeURIComponent(containerId)}/exec`;
    const { code, text } = await this.#ask('POST', path, body, failed);
    if (code === 404) throw new StepFailed(`create exec failed for unknown container ${containerId}`);
    if (code === 409) {
      throw new StepFailed(`create exec failed since container ${containerId} is paused or stopped`);
    }
    if (code !== 201) throw new StepFailed(`${failed} with status code ${code}: ${text}`);
    const id = field(text, 'Id');
    if (typeof id !== 'string' || !/^[0-9a-zA-Z]+$/.test(id))
      throw new StepFailed(`${failed}: no exec ID in the answer`);
    return id;
  }

  /** One request. The body goes to `into` when given, whatever the code. */
  #ask(method: string, path: string, body: object | null, failed: string, into?: OutputRing): Promise<Answer> {
    const found = engine(this.#run.context.environment);
    if (typeof found === 'string') return Promise.reject(new StepFailed(`${failed}: ${found}`));
    const json = body === null ? '' : JSON.stringify(body);
    const length =
      body === null ? '' : `Content-Length: ${Buffer.byteLength(json)}\r\nContent-Type: application/json\r\n`;
    const text = `${method} ${path} HTTP/1.1\r\nHost: ${found.host}\r\n${length}Connection: close\r\n\r\n${json}`;
    const word = method === 'GET' ? 'Get' : 'Post';
    const ring = into ?? new OutputRing(MAX_ANSWER_BYTES);
    return new Promise((resolve, reject) => {
      let code = 0;
      this.#exchange = new HttpExchange(
        { target: found.target, method, text: () => text, timeoutMs: this.#run.timeoutMs },
        {
          head: (head) => {
            code = head.code;
          },
          body: (piece) => ring.write(piece),
          end: (error) => {
            if (error === null) resolve({ code, text: ring.text() });
            else reject(new StepFailed(`${failed}: ${word} ${quote(found.base + path)}: ${error}`));
          },
        },
      );
    });
  }
}

function field(json: string, name: string): unknown {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
  } catch {
    return undefined;
  }
}
