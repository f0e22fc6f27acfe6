// The HTTP check: one request, redirects followed, the answer's code judged, the last bytes of its body shown (spec/agent.md
// section 3). One clock for everything, as in Go's client: when it runs out before the head it's an error, afterwards the
// body is simply cut.

import { createGunzip, type Gunzip } from 'node:zlib';
import { quote } from '../../../gotext/quote.js';
import type { Probe } from '../../../wire/checks/check-task.js';
import type { CheckStatus } from '../../../wire/records.js';
import { OutputRing } from '../probe/output.js';
import { type Cancel, critical, type Done, type ProbeRun } from '../probe/probe.js';
import { dialAddress, hostName, parseUrl, urlText } from './go-url.js';
import { type ExchangeTarget, HttpExchange } from './http-exchange.js';
import { proxyFor } from './http-proxy.js';
import { redirect } from './http-redirect.js';
import { asksForGzip, checkHeaders, type HttpRequest, requestError, requestText } from './http-request.js';
import type { ResponseHead } from './http-response.js';

type HttpProbe = Extract<Probe, { kind: 'http' }>;

export function startHttp(run: ProbeRun<HttpProbe>, done: Done): Cancel {
  const { probe } = run;
  const method = probe.method === '' ? 'GET' : probe.method;
  const parsed = parseUrl(probe.url);
  const headers = checkHeaders(probe.headers);
  if (!parsed.ok) {
    done(critical(parsed.error));
    return () => {};
  }
  const host = headers.get('Host')?.[0] ?? '';
  const request: HttpRequest = { method, url: parsed.url, host, headers, body: probe.body, isAbsolute: false };
  const attempt = new HttpAttempt(run, request, done);
  attempt.start();
  return () => attempt.cancel();
}

class HttpAttempt {
  readonly #run: ProbeRun<HttpProbe>;
  readonly #first: HttpRequest;
  readonly #done: Done;
  readonly #timer: NodeJS.Timeout;
  #request: HttpRequest;
  #sent = 0;
  #exchange: HttpExchange | null = null;
  #head: ResponseHead | null = null;
  #body: OutputRing | null = null;
  #gunzip: Gunzip | null = null;
  #settled = false;

  constructor(run: ProbeRun<HttpProbe>, request: HttpRequest, done: Done) {
    this.#run = run;
    this.#first = request;
    this.#request = request;
    this.#done = done;
    this.#timer = setTimeout(() => this.#timedOut(), run.timeoutMs);
  }

  /** Sends the current request. */
  start(): void {
    const { url, method, headers } = this.#request;
    const wrong = requestError(method, headers);
    if (wrong !== null) this.#fail(wrong);
    else if (url.scheme !== 'http' && url.scheme !== 'https') {
      this.#fail(`unsupported protocol scheme ${quote(url.scheme)}`);
    } else if (url.host === '') this.#fail('http: no Host in request URL');
    else this.#send();
  }

  cancel(): void {
    this.#settled = true;
    this.#release();
  }

  #send(): void {
    const request = this.#request;
    const { timeoutMs, context } = this.#run;
    const proxy = proxyFor(request.url, context.environment);
    const isTls = request.url.scheme === 'https';
    let outgoing = request;
    let target: ExchangeTarget = { kind: 'tcp', address: proxy?.address ?? dialAddress(request.url) };
    if (isTls) {
      target = {
        kind: 'tls',
        address: dialAddress(request.url),
        options: {
          timeoutMs,
          trust: context.trust,
          tls: this.#run.probe.tls,
          host: hostName(request.url),
          alpn: [],
          recogniseHttp: true,
          ...(proxy === null ? {} : { proxy }),
        },
      };
    } else if (proxy !== null) {
      const headers = new Map(request.headers);
      if (proxy.authorization !== '') headers.set('Proxy-Authorization', [proxy.authorization]);
      outgoing = { ...request, headers, isAbsolute: true };
    }
    this.#sent += 1;
    this.#exchange = new HttpExchange(
      { target, method: request.method, text: () => requestText(outgoing), timeoutMs },
      {
        head: (head) => this.#answered(head),
        body: (piece) => this.#receive(piece),
        end: (error) => this.#ended(error),
      },
    );
  }

  #answered(head: ResponseHead): void {
    if (this.#run.probe.followRedirects) {
      const next = redirect(this.#first, this.#request, head, this.#sent);
      if (next.kind === 'refused') {
        this.#fail(next.error, next.url);
        return;
      }
      if (next.kind === 'follow') {
        this.#exchange?.close();
        this.#request = next.request;
        this.start();
        return;
      }
    }
    this.#head = head;
    this.#body = new OutputRing(this.#run.outputMaxBytes);
    if (head.isGzip && asksForGzip(this.#request)) this.#startGunzip(this.#body);
  }

  #startGunzip(body: OutputRing): void {
    const gunzip = createGunzip();
    this.#gunzip = gunzip;
    gunzip.on('data', (piece: Buffer) => body.write(piece));
    gunzip.on('drain', () => this.#exchange?.resume());
    gunzip.on('end', () => this.#finish());
    gunzip.on('error', (error) => {
      this.#warnBody(error.message);
      this.#finish();
    });
  }

  #receive(piece: Buffer): void {
    if (this.#gunzip === null) this.#body?.write(piece);
    // The bytes lie in a buffer that is used again before zlib's thread has read them.
    else if (!this.#gunzip.write(Buffer.from(piece))) this.#exchange?.pause();
  }

  #ended(error: string | null): void {
    if (this.#head === null) {
      this.#fail(error ?? 'EOF');
      return;
    }
    if (error !== null) this.#warnBody(error);
    if (this.#gunzip === null) this.#finish();
    else this.#gunzip.end();
  }

  #timedOut(): void {
    if (this.#head === null) {
      this.#fail('context deadline exceeded (Client.Timeout exceeded while awaiting headers)');
      return;
    }
    this.#warnBody('context deadline exceeded (Client.Timeout or context cancellation while reading body)');
    this.#finish();
  }

  #warnBody(error: string): void {
    if (this.#settled) return;
    this.#run.context.logger.warn('Check error while reading body', 'check', this.#run.checkId, 'error', error);
  }

  #fail(error: string, url = urlText(this.#request.url)): void {
    const word = this.#first.method;
    const operation = word.slice(0, 1) + word.slice(1).toLowerCase();
    const isMethod = error.startsWith('net/http: invalid method');
    this.#settle('critical', isMethod ? error : `${operation} ${quote(url)}: ${error}`);
  }

  #finish(): void {
    const head = this.#head;
    if (head === null) return;
    const { url } = this.#run.probe;
    const text = `HTTP ${this.#first.method} ${url}: ${head.status} Output: ${this.#body?.text() ?? ''}`;
    this.#settle(statusOf(head.code), text);
  }

  #settle(status: CheckStatus, output: string): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#release();
    this.#done({ status, output });
  }

  #release(): void {
    clearTimeout(this.#timer);
    this.#exchange?.close();
    this.#exchange = null;
    this.#gunzip?.removeAllListeners().on('error', () => {});
    this.#gunzip?.destroy();
    this.#gunzip = null;
  }
}

function statusOf(code: number): CheckStatus {
  if (code >= 200 && code <= 299) return 'passing';
  return code === 429 ? 'warning' : 'critical';
}
