// What port 8500 serves besides the API: the UI's place, robots.txt and the process's command line for debugging.

import type { EndpointTable } from '../http/endpoint.js';
import { escapeHtml } from '../http/html.js';
import { bare, type Reply } from '../http/message/reply.js';
import { action } from '../http/operation.js';

export interface PageDependencies {
  readonly uiEnabled: boolean;
  readonly version: string;
  readonly nodeName: string;
  readonly datacenter: string;
  /** The agent's own command line. */
  readonly commandLine: readonly string[];
  readonly debugEnabled: () => boolean;
}

const ROBOTS = '# http://www.robotstxt.org\nUser-agent: *\nDisallow: /\n';
const TEXT = 'text/plain; charset=utf-8';
const CONTENT_SECURITY_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'";

/** One page that says which agent this is and where its API answers. */
function landingPage({ version, nodeName, datacenter }: PageDependencies): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>lictor ${escapeHtml(nodeName)}</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:40em;margin:4em auto;padding:0 1em}</style></head>
<body><h1>lictor</h1>
<p>Agent <strong>${escapeHtml(nodeName)}</strong> in datacenter <strong>${escapeHtml(datacenter)}</strong>, API of Consul ${escapeHtml(version)}.</p>
<ul><li><a href="/v1/catalog/nodes?pretty">nodes</a></li><li><a href="/v1/catalog/services?pretty">services</a></li>
<li><a href="/v1/health/state/any?pretty">checks</a></li><li><a href="/v1/agent/self?pretty">this agent</a></li></ul>
</body></html>
`;
}

export function pageEndpoints(dependencies: PageDependencies): EndpointTable {
  const page = landingPage(dependencies);
  const ui: Reply = {
    status: 200,
    contentType: 'text/html; charset=utf-8',
    body: page,
    headers: [['Content-Security-Policy', CONTENT_SECURITY_POLICY]],
  };
  const plain = (body: string): Reply => ({ status: 200, contentType: TEXT, body, headers: [] });
  const robots = action({
    summary: 'What search engines may look at: nothing',
    acl: ['none'],
    answer: 'plain text',
    run: () => plain(ROBOTS),
  });
  const commandLine = action({
    summary: 'The command line of the agent',
    acl: ['operator:read'],
    judges: 'row',
    off: () => (dependencies.debugEnabled() ? null : bare(404)),
    answer: 'plain text',
    others: { 404: 'nothing' },
    run: () => plain(dependencies.commandLine.join('\u0000')),
  });
  const start = action({ summary: 'A page for people', acl: ['none'], answer: 'html', run: () => ui });
  const always: EndpointTable = [
    { path: '/robots.txt', answeredBy: 'agent', headers: 'page', methods: { GET: robots } },
    { path: '/debug/pprof/cmdline', answeredBy: 'agent', headers: 'debug', methods: { GET: commandLine } },
  ];
  if (!dependencies.uiEnabled) return always;
  const rest = { name: 'page', about: 'The same page whatever stands here.', missing: null };
  return [...always, { path: '/ui/', rest, answeredBy: 'agent', headers: 'page', methods: { GET: start } }];
}
