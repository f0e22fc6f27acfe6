// The middle of a chain: splitters, and what becomes of a splitter that leads to others. Those are flattened into one, so that a
// proxy has a single choice to make; shares are multiplied, and what each does to headers is done together.

import type { ChainNode, ChainSplit } from '../../../../wire/mesh/compiled-chain.js';
import type { HeaderModifiers, ServiceSplit } from './entries.js';

/** A share is a ten-thousandth or more, so that no more of them make a whole. */
export const MAX_BRANCHES = 10_000;

/** The way of names from one splitter back to itself; null when there is none. */
export function findCycle(nodes: ReadonlyMap<string, ChainNode>, start: string): readonly string[] | null {
  const done = new Set<string>();
  const path: { readonly name: string; readonly next: Iterator<string> }[] = [];
  const onPath = new Set<string>();
  const enter = (name: string) => {
    onPath.add(name);
    path.push({ name, next: nextNodes(nodes.get(name)) });
  };
  enter(start);
  for (let last = path.at(-1); last !== undefined; last = path.at(-1)) {
    const { done: isOver, value: name } = last.next.next();
    if (isOver === true) {
      path.pop();
      onPath.delete(last.name);
      done.add(last.name);
    } else if (onPath.has(name)) {
      const names = path.map((step) => step.name);
      return [...names.slice(names.indexOf(name)), name];
    } else if (!done.has(name)) {
      enter(name);
    }
  }
  return null;
}

/** Of a router and a splitter. */
export function* nextNodes(node: ChainNode | undefined): Generator<string, undefined> {
  for (const { NextNode } of node?.Routes ?? []) yield NextNode;
  for (const { NextNode } of node?.Splits ?? []) yield NextNode;
  return undefined;
}

/**
 * Puts in the place of each splitter one that leads to no other; the nodes must not go round in circles. False when all of them
 * together would have more branches than a whole can be divided into.
 */
export function flattenSplitters(nodes: Map<string, ChainNode>): boolean {
  return new Flattening(nodes).run();
}

interface Step {
  readonly name: string;
  readonly node: ChainNode;
  readonly splits: readonly ChainSplit[];
  /** How many of them lead to what is flat. */
  looked: number;
}

/** Depth first without recursion: entries of others decide how deep it goes. */
class Flattening {
  readonly #nodes: Map<string, ChainNode>;
  readonly #flat = new Set<string>();
  readonly #path: Step[] = [];
  #branches = 0;

  constructor(nodes: Map<string, ChainNode>) {
    this.#nodes = nodes;
  }

  run(): boolean {
    for (const name of [...this.#nodes.keys()]) {
      this.#enter(name);
      for (let step = this.#path.at(-1); step !== undefined; step = this.#path.at(-1)) {
        const next = step.splits[step.looked];
        step.looked += 1;
        if (next !== undefined) this.#enter(next.NextNode);
        else if (!this.#leave(step)) return false;
      }
    }
    return true;
  }

  #enter(name: string): void {
    const node = this.#nodes.get(name);
    if (!node?.Splits || this.#flat.has(name)) return;
    this.#flat.add(name);
    this.#path.push({ name, node, splits: node.Splits, looked: 0 });
  }

  #leave({ name, node, splits }: Step): boolean {
    this.#path.pop();
    const Splits: ChainSplit[] = [];
    for (const split of splits) {
      const inner = this.#nodes.get(split.NextNode)?.Splits ?? null;
      this.#branches += inner?.length ?? 1;
      if (this.#branches > MAX_BRANCHES) return false;
      if (inner === null) Splits.push(split);
      else for (const branch of inner) Splits.push(within(split, branch));
    }
    this.#nodes.set(name, { ...node, Splits, LoadBalancer: firstLoadBalancer(this.#nodes, Splits) });
    return true;
  }
}

/** What a branch of an inner splitter is of the whole. */
function within(outer: ChainSplit, { Definition, Weight, NextNode }: ChainSplit): ChainSplit {
  // 32 bits, as weights are.
  const share = Math.fround(Math.fround(outer.Weight * Weight) / 100);
  return { Definition: definedWithin(outer.Definition, Definition), Weight: share, NextNode };
}

function definedWithin(outer: ServiceSplit, inner: ServiceSplit): ServiceSplit {
  if (outer.RequestHeaders === null && outer.ResponseHeaders === null) return inner;
  return {
    ...inner,
    RequestHeaders: bothModifiers(outer.RequestHeaders, inner.RequestHeaders),
    ResponseHeaders: bothModifiers(outer.ResponseHeaders, inner.ResponseHeaders),
  };
}

/** The inner one has the last word about a header. */
function bothModifiers(outer: HeaderModifiers | null, inner: HeaderModifiers | null): HeaderModifiers | null {
  if (outer === null || inner === null) return inner ?? outer;
  return {
    Add: outer.Add === null ? inner.Add : { ...outer.Add, ...inner.Add },
    Set: outer.Set === null ? inner.Set : { ...outer.Set, ...inner.Set },
    Remove: outer.Remove === null ? inner.Remove : [...outer.Remove, ...(inner.Remove ?? [])],
  };
}

/** Requests are to be spread alike over all branches; the first that says how speaks for all. */
function firstLoadBalancer(
  nodes: ReadonlyMap<string, ChainNode>,
  splits: readonly ChainSplit[],
): ChainNode['LoadBalancer'] {
  for (const { NextNode } of splits) {
    const balancer = nodes.get(NextNode)?.LoadBalancer ?? null;
    if (balancer !== null) return balancer;
  }
  return null;
}
