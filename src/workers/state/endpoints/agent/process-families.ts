// The families about the process itself, under the names that dashboards of Go programs use; what a JavaScript process has
// no counterpart of is 0. And the runtime gauges of the agent's own metrics.

import { readdirSync, readFileSync } from 'node:fs';
import { maxOpenFiles } from '../../../../observe/open-files.js';
import type { MetricsReport } from '../../../../wire/thread-port.js';
import type { Family } from './metric-families.js';

const MICROSECONDS = 1e6;
const ZERO_GAUGES = [
  'buck_hash_sys_bytes',
  'gc_sys_bytes',
  'last_gc_time_seconds',
  'mcache_inuse_bytes',
  'mcache_sys_bytes',
  'mspan_inuse_bytes',
  'mspan_sys_bytes',
  'next_gc_bytes',
  'other_sys_bytes',
  'stack_inuse_bytes',
  'stack_sys_bytes',
  'heap_released_bytes',
  'heap_objects',
];
const ZERO_COUNTERS = ['frees_total', 'lookups_total', 'mallocs_total'];

/** 0 where the system does not say. */
function openFiles(): number {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch {
    return 0;
  }
}

let lastMemory: NodeJS.MemoryUsage = { rss: 0, heapTotal: 0, heapUsed: 0, external: 0, arrayBuffers: 0 };

/** As it was when it could be told: Node opens a file for it, which fails when there are no descriptors left. */
function memoryUsage(): NodeJS.MemoryUsage {
  try {
    lastMemory = process.memoryUsage();
  } catch {
    // The figure is old, and all else goes on.
  }
  return lastMemory;
}

function virtualBytes(): number {
  try {
    return Number(readFileSync('/proc/self/statm', 'utf8').split(' ')[0] ?? 0) * 4096;
  } catch {
    return 0;
  }
}

export function processFamilies(startedMs: number): ReadonlyMap<string, Family> {
  const families = new Map<string, Family>();
  const put = (name: string, type: 'gauge' | 'counter', value: number, labels = ''): void => {
    families.set(name, { type, help: name, lines: [`${name}${labels} ${value}`] });
  };
  const memory = memoryUsage();
  const cpu = process.cpuUsage();
  for (const name of ZERO_GAUGES) put(`go_memstats_${name}`, 'gauge', 0);
  for (const name of ZERO_COUNTERS) put(`go_memstats_${name}`, 'counter', 0);
  put('go_goroutines', 'gauge', process.getActiveResourcesInfo().length);
  put('go_threads', 'gauge', 0);
  put('go_info', 'gauge', 1, `{version="${process.version}"}`);
  put('go_memstats_alloc_bytes', 'gauge', memory.heapUsed);
  put('go_memstats_alloc_bytes_total', 'counter', memory.heapUsed);
  put('go_memstats_heap_alloc_bytes', 'gauge', memory.heapUsed);
  put('go_memstats_heap_inuse_bytes', 'gauge', memory.heapUsed);
  put('go_memstats_heap_idle_bytes', 'gauge', memory.heapTotal - memory.heapUsed);
  put('go_memstats_heap_sys_bytes', 'gauge', memory.heapTotal);
  put('go_memstats_sys_bytes', 'gauge', memory.rss);
  put('process_cpu_seconds_total', 'counter', (cpu.user + cpu.system) / MICROSECONDS);
  put('process_open_fds', 'gauge', openFiles());
  put('process_max_fds', 'gauge', maxOpenFiles() ?? 0);
  put('process_resident_memory_bytes', 'gauge', memory.rss);
  put('process_start_time_seconds', 'gauge', startedMs / 1000);
  put('process_virtual_memory_bytes', 'gauge', virtualBytes());
  put('process_virtual_memory_max_bytes', 'gauge', -1);
  const pauses = ['0', '0.25', '0.5', '0.75', '1'].map((q) => `go_gc_duration_seconds{quantile="${q}"} 0`);
  const lines = [...pauses, 'go_gc_duration_seconds_sum 0', 'go_gc_duration_seconds_count 0'];
  families.set('go_gc_duration_seconds', { type: 'summary', help: 'go_gc_duration_seconds', lines });
  return families;
}

/** The `runtime.*` gauges: sizes from the process, goroutines are active handles, what has no counterpart is 0. */
export function runtimeGauges(): MetricsReport['gauges'] {
  const memory = memoryUsage();
  const values: { readonly [name: string]: number } = {
    num_goroutines: process.getActiveResourcesInfo().length,
    alloc_bytes: memory.heapUsed,
    sys_bytes: memory.rss,
    heap_objects: 0,
    malloc_count: 0,
    free_count: 0,
    total_gc_pause_ns: 0,
    total_gc_runs: 0,
  };
  return Object.entries(values).map(([name, value]) => ({ name: `runtime.${name}`, labels: [], value }));
}
