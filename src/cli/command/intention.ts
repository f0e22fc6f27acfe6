// Intentions as the agent answers them, and as the commands show them.

/** As far as the commands show one. */
export interface Intention {
  readonly ID?: string;
  readonly Description?: string;
  readonly SourceName: string;
  readonly DestinationName: string;
  readonly Action?: string;
  readonly Permissions?: readonly unknown[];
  readonly Meta?: { readonly [key: string]: string };
  readonly Precedence: number;
  readonly CreatedAt?: string;
}

/** What it says of connections; permissions decide request by request. */
export function actionOf({ Action, Permissions }: Pick<Intention, 'Action' | 'Permissions'>): string {
  return Permissions?.length ? `${Permissions.length} permissions` : (Action ?? '');
}

/** In a line: `web => db (allow)`. */
export function intentionLine(intention: Intention): string {
  return `${intention.SourceName} => ${intention.DestinationName} (${actionOf(intention)})`;
}
