// Which kind of check a definition describes, and whether it describes one at all (spec/agent.md section 3: the order of
// kinds, the table of validation texts).

import type { CheckType } from '../../../../wire/definitions.js';

type CheckKind = 'ttl' | 'http' | 'tcp' | 'udp' | 'grpc' | 'docker' | 'os_service' | 'script' | 'h2ping' | 'alias';

const runsAtIntervals = (check: CheckType): boolean =>
  check.HTTP !== '' ||
  check.TCP !== '' ||
  check.UDP !== '' ||
  check.GRPC !== '' ||
  check.H2PING !== '' ||
  check.OSService !== '' ||
  hasScript(check);

/** A list of arguments, or a container to run them in. */
export function hasScript(check: CheckType): boolean {
  return check.ScriptArgs !== null && check.ScriptArgs.length > 0;
}

function isAlias(check: CheckType): boolean {
  return check.AliasNode !== '' || check.AliasService !== '';
}

/** What is run. Only for definitions that passed {@link checkProblem}. */
export function kindOf(check: CheckType): CheckKind {
  const interval = check.Interval > 0;
  if (check.TTL > 0) return 'ttl';
  if (check.HTTP !== '' && interval) return 'http';
  if (check.TCP !== '' && interval) return 'tcp';
  if (check.UDP !== '' && interval) return 'udp';
  if (check.GRPC !== '' && interval) return 'grpc';
  if (hasScript(check) && check.DockerContainerID !== '' && interval) return 'docker';
  if (check.OSService !== '' && interval) return 'os_service';
  if (hasScript(check) && interval) return 'script';
  if (check.H2PING !== '' && interval) return 'h2ping';
  return 'alias';
}

/** The Type that the health check shows. */
export function typeOf(check: CheckType): string {
  const interval = check.Interval > 0;
  if (check.GRPC !== '' && interval) return 'grpc';
  if (check.HTTP !== '' && interval) return 'http';
  if (check.TTL > 0) return 'ttl';
  if (check.TCP !== '' && interval) return 'tcp';
  if (check.UDP !== '' && interval) return 'udp';
  if (isAlias(check)) return 'alias';
  if (hasScript(check) && check.DockerContainerID !== '' && interval) return 'docker';
  if (hasScript(check) && interval) return 'script';
  if (check.H2PING !== '' && interval) return 'h2ping';
  if (check.OSService !== '' && interval) return 'os_service';
  return '';
}

/** Why the definition is refused, without any prefix; null when it is good. */
export function checkProblem(check: CheckType): string | null {
  const interval = runsAtIntervals(check);
  if (check.Interval > 0 && check.TTL > 0) return 'Interval and TTL cannot both be specified';
  if (interval && isAlias(check)) return 'Interval cannot be set for Alias checks';
  if (interval && check.Interval <= 0) {
    return 'Interval must be > 0 for Script, HTTP, H2PING, TCP, UDP or OSService checks';
  }
  if (isAlias(check) && check.TTL > 0) return 'TTL must be not be set for Alias checks';
  if (!interval && !isAlias(check) && check.TTL <= 0) return 'TTL must be > 0 for TTL checks';
  if (check.OutputMaxSize < 0) return 'MaxOutputMaxSize must be positive';
  if (check.FailuresBeforeWarning > check.FailuresBeforeCritical) {
    return "FailuresBeforeWarning can't be higher than FailuresBeforeCritical";
  }
  return null;
}
