// Node watches the file descriptors that worker threads open by number, and warns when one is opened or closed behind its
// back. Such a warning means that some code closes what may meanwhile be another file: it fails whatever run it shows up in.

const WARNING = /^.*File descriptor \d+ (?:opened in unmanaged mode twice|closed but not opened in unmanaged mode).*$/m;

/** The first such warning among what a process wrote. */
export function descriptorWarning(output: string): string | null {
  return WARNING.exec(output)?.[0] ?? null;
}
