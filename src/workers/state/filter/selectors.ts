// Selectors bound to the fields of an item (spec/filter.md, section 2): a walk along names, map keys and lists that ends
// in a test. Bound once per expression, so that testing an item looks nothing up.

import type { FieldTable, FieldType } from './fields.js';

type Step =
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'key'; readonly key: string }
  | { readonly kind: 'each' };

export interface BoundSelector {
  readonly steps: readonly Step[];
  readonly type: FieldType;
  /** It goes through a map that is. */
  readonly isStrict: boolean;
}

export type Test = (value: unknown) => boolean;

/** Finds each segment in the fields. An unknown one is an error that names the selector up to it. */
export function bindSelector(
  selector: readonly string[],
  fields: FieldTable,
): { readonly ok: true; readonly bound: BoundSelector } | { readonly ok: false; readonly error: string } {
  const steps: Step[] = [];
  let type: FieldType = { kind: 'object', fields };
  let isStrict = false;
  for (const [index, segment] of selector.entries()) {
    if (type.kind === 'map') {
      steps.push({ kind: 'key', key: segment });
      isStrict ||= type.isStrict === true;
      type = type.value;
      continue;
    }
    const next: FieldType | undefined =
      type.kind === 'object' || type.kind === 'objects' ? type.fields.get(segment) : undefined;
    if (next === undefined) {
      return { ok: false, error: `Selector "${selector.slice(0, index + 1).join('.')}" is not valid` };
    }
    if (type.kind === 'objects') steps.push({ kind: 'each' });
    steps.push({ kind: 'field', name: segment });
    type = next;
  }
  return { ok: true, bound: { steps, type, isStrict } };
}

function own(value: unknown, name: string): unknown {
  if (value === null || typeof value !== 'object' || !Object.hasOwn(value, name)) return undefined;
  return (value as { readonly [name: string]: unknown })[name];
}

/**
 * The test of a whole item: `test` on what the steps lead to. An absent map key gives `ifAbsent`; a list holds when any of
 * its elements does; a missing object leads to `undefined`, which tests take for the zero value.
 */
export function walk(steps: readonly Step[], test: Test, ifAbsent: boolean): Test {
  let next = test;
  for (const step of [...steps].reverse()) {
    const after = next;
    if (step.kind === 'field') next = (value) => after(own(value, step.name));
    else if (step.kind === 'each') next = (value) => Array.isArray(value) && value.some((item) => after(item));
    else {
      next = (value) => {
        const found = own(value, step.key);
        return found === undefined ? ifAbsent : after(found);
      };
    }
  }
  return next;
}
