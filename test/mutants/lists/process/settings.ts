// Settings that don't act, and what else of an agent's life shows from outside only.

import type { Mutant } from '../../mutant.js';

const SETTINGS = ['integration/agent/settings'];
const ROTATION = ['integration/agent/log-rotation'];
const LIFECYCLE = ['integration/agent/lifecycle'];
const RUNTIME = 'main/config/runtime.ts';
const LOG_FILE = 'main/logging/log-file.ts';

export const settings: readonly Mutant[] = [
  {
    name: 'a file that has other content is no change',
    file: 'main/config/file-watch.ts',
    find: 'const { ino, size, mtimeMs } = await stat(file);',
    replace: 'const [ino, size, mtimeMs] = [0, 0, 0 * (await stat(file)).size];',
    tests: ['integration/agent/auto-reload'],
  },
  {
    name: 'limits.http_max_conns_per_client is ignored',
    file: RUNTIME,
    find: 'httpMaxConnsPerClient: given.http_max_conns_per_client,',
    replace: 'httpMaxConnsPerClient: 200,',
    tests: SETTINGS,
  },
  {
    name: 'limits.http_max_conns_per_client is not reloaded',
    file: 'workers/state/http/net/net-engine.ts',
    find: '    this.#clients.setMax(limits.maxConnectionsPerClient);\n',
    replace: '',
    tests: SETTINGS,
  },
  {
    name: 'leave_on_terminate is ignored',
    file: RUNTIME,
    find: 'config.leave_on_terminate ?? !config.server',
    replace: '!config.server',
    tests: SETTINGS,
  },
  {
    name: 'retry_join_wan is ignored',
    file: 'main/config/network.ts',
    find: "expandJoin(config.retry_join_wan, 'retry_join_wan', problems)",
    replace: '[]',
    tests: SETTINGS,
  },
  {
    name: 'a pool is joined once and no more',
    file: 'main/pools/retry-join.ts',
    find: '    this.#timer = clock.set(waitMs, () => void this.#attempt());\n',
    replace: '',
    tests: SETTINGS,
  },
  {
    name: 'discard_check_output is ignored by a whole agent',
    file: 'workers/state/local/state/local-state.ts',
    find: "this.discardCheckOutput ? '' : givenOutput",
    replace: 'givenOutput',
    tests: SETTINGS,
  },
  {
    name: 'discard_check_output is not reloaded',
    file: 'workers/state/local/local-agent.ts',
    find: '      this.state.discardCheckOutput = config.discardCheckOutput;\n',
    replace: '',
    tests: SETTINGS,
  },
  {
    name: 'session_ttl_min is ignored',
    file: RUNTIME,
    find: "problems.milliseconds('session_ttl_min', config.session_ttl_min) || 10_000",
    replace: '10_000',
    tests: SETTINGS,
  },
  {
    name: 'log_rotate_bytes is ignored',
    file: RUNTIME,
    find: 'rotateBytes: config.log_rotate_bytes',
    replace: 'rotateBytes: 0',
    tests: ROTATION,
  },
  {
    name: 'log_rotate_duration is ignored',
    file: RUNTIME,
    find: "problems.milliseconds('log_rotate_duration', config.log_rotate_duration) || DAY_MS",
    replace: 'DAY_MS',
    tests: ROTATION,
  },
  {
    name: 'log_rotate_max_files is ignored',
    file: RUNTIME,
    find: 'rotateMaxFiles: config.log_rotate_max_files',
    replace: 'rotateMaxFiles: 0',
    tests: ROTATION,
  },
  {
    name: 'the newest archives of the log are removed, not the oldest',
    file: LOG_FILE,
    find: '.filter(isArchive).sort()',
    replace: '.filter(isArchive).sort().reverse()',
    tests: ROTATION,
  },
  {
    name: 'lines are lost when the log file is turned',
    file: LOG_FILE,
    find: '    if (this.#handle !== null) await this.#rotate(this.#handle);\n',
    replace:
      '    if (this.#handle !== null) {\n      await this.#rotate(this.#handle);\n      this.#pending = [];\n    }\n',
    tests: ROTATION,
  },
  {
    name: 'a reload with a broken file is taken for done',
    file: 'main/reloads.ts',
    find: '    if (!loaded.ok) return { ok: false, error: loaded.error };\n',
    replace: '    if (!loaded.ok) return { ok: true, result: null };\n',
    tests: LIFECYCLE,
  },
  {
    name: 'SIGHUP with a broken file says nothing',
    file: 'main/agent.ts',
    find: "      if (!answer.ok) this.#log.error('Reload config failed', 'error', answer.error);\n",
    replace: '',
    tests: LIFECYCLE,
  },
  {
    name: 'an agent that is told to stop ends before its requests are answered',
    file: 'main/threads.ts',
    find: "  await thread.stop({ kind: 'stop', deadlineMs: deadlineMs - STOP_MARGIN_MS }, deadlineMs);\n",
    replace: '',
    tests: ['integration/agent/stop-under-load'],
  },
  {
    name: "an engine that can't be loaded is told in the words of its package",
    file: 'workers/state/http/uws/uws-module.ts',
    find: '    throw new Error(uwsUnusable(error), { cause: error });\n',
    replace: '    throw error;\n',
    tests: ['integration/http/uws-missing'],
  },
];
