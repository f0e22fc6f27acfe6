// Secrets don't leave the process: every text whose name speaks of a key, a token or a secret is written as `hidden`.

export type DebugValue =
  | string
  | number
  | boolean
  | null
  | readonly DebugValue[]
  | { readonly [key: string]: DebugValue };

const SECRET = /key|token|secret/i;
// Names that only sound like it, and aren't hidden by a stock agent either.
const OPEN = /TTL$|^TokenLocality$|^IntroTokenFile$/;

/** Keys sorted on the way. Only texts are secrets: `ACLEnableKeyListPolicy` is a switch. */
export function hideSecrets(value: DebugValue, name = ''): DebugValue {
  if (typeof value === 'string') return SECRET.test(name) && !OPEN.test(name) ? 'hidden' : value;
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((item: DebugValue) => hideSecrets(item));
  const fields = value as { readonly [key: string]: DebugValue };
  const out: { [key: string]: DebugValue } = {};
  const isUserMap = MAPS.has(name);
  const isCredential = name === 'Header';
  for (const key of Object.keys(fields).sort()) {
    const shown = isCredential
      ? hideTexts(fields[key] ?? null)
      : hideSecrets(fields[key] ?? null, isUserMap ? '' : key);
    Object.defineProperty(out, key, { value: shown, enumerable: true, configurable: true, writable: true });
  }
  return out;
}

/** What a check sends along, whatever its name: mostly it is there to authorize the check. */
function hideTexts(value: DebugValue): DebugValue {
  return Array.isArray(value) ? value.map(() => 'hidden') : 'hidden';
}

// The keys of these are the user's words, not names of settings.
const MAPS = new Set(['NodeMeta', 'TaggedAddresses', 'DNSServiceTTL', 'HTTPResponseHeaders', 'Meta']);
