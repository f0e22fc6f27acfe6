// Several errors as one text, the way Go's multierror prints them.

export function errorList(errors: readonly string[]): string {
  const head = errors.length === 1 ? '1 error occurred:' : `${errors.length} errors occurred:`;
  return `${head}\n${errors.map((error) => `\t* ${error}\n`).join('')}\n`;
}
