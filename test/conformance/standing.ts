// Where a conformance kit stands: each recorded scenario runs, and each of its steps either passes or is on the kit's waiting
// list, with its reason. What waits must fail: a list that names a step which passes is out of date, and says so.

/** A recorded scenario. */
export interface Scenario {
  readonly name: string;
  /** The names of its judged steps, all different. */
  readonly steps: readonly string[];
  /** Steps that aren't judged, but whose failure is told: what they prepare is missing. */
  readonly preparations: readonly string[];
}

/** What one replay of a scenario came to. */
export interface Outcome {
  readonly passed: readonly string[];
  /** Judged steps and preparations. */
  readonly failed: readonly string[];
  /** What the agent said when it didn't start; null when it did. */
  readonly refusal: string | null;
  /** What became of the agent or the replayer, if it ended or hung; null when both were well. */
  readonly lost: string | null;
  /** Everything the replayer wrote, for the reader of a failure. */
  readonly output: string;
}

/** Why a scenario, or a part of it, doesn't pass yet. */
export interface Waiting {
  readonly reason: string;
  /** The steps that fail, preparations among them; all of them where this is left out. */
  readonly steps?: readonly string[];
  /** For scenarios whose agent doesn't start: what it says. */
  readonly refusal?: string;
}

export type WaitingList = { readonly [scenario: string]: Waiting };

interface Counts {
  readonly passing: number;
  readonly waiting: number;
  readonly failing: number;
}

export class Standing {
  readonly #kit: string;
  readonly #scenarios: readonly Scenario[];
  readonly #waiting: WaitingList;
  readonly #judged = new Map<string, Counts>();

  constructor(kit: string, scenarios: readonly Scenario[], waiting: WaitingList) {
    this.#kit = kit;
    this.#scenarios = scenarios;
    this.#waiting = waiting;
  }

  /** What is wrong with a scenario's replay; empty when it stands where the waiting list says. */
  judge(scenario: Scenario, outcome: Outcome): readonly string[] {
    const waiting = this.#waiting[scenario.name];
    const passed = new Set(outcome.passed);
    const due = waitingSteps(scenario, waiting);
    const { length: passing } = scenario.steps.filter((step) => passed.has(step));
    const { length: late } = scenario.steps.filter((step) => !passed.has(step) && due.has(step));
    this.#judged.set(scenario.name, {
      passing,
      waiting: late,
      failing: scenario.steps.length - passing - late,
    });
    if (outcome.lost !== null) return [outcome.lost];
    if (outcome.refusal !== null || waiting?.refusal !== undefined) return judgeRefusal(outcome.refusal, waiting);
    return judgeSteps(scenario, outcome, due, waiting !== undefined && waiting.steps === undefined);
  }

  /** What is wrong with the kit as a whole, once all was judged. */
  complaints(): readonly string[] {
    const names = new Set(this.#scenarios.map(({ name }) => name));
    const { passing } = this.#sum();
    return [
      ...Object.keys(this.#waiting)
        .filter((name) => !names.has(name))
        .map((name) => `the waiting list names ${name}, which the kit does not have`),
      ...[...names].filter((name) => !this.#judged.has(name)).map((name) => `${name} was not run`),
      ...(passing === 0 ? ['nothing passed'] : []),
    ];
  }

  summary(): string {
    const { passing, waiting, failing } = this.#sum();
    return `# ${this.#kit}: ${passing} steps pass, ${waiting} wait${failing > 0 ? `, ${failing} fail` : ''}`;
  }

  #sum(): Counts {
    const all = [...this.#judged.values()];
    const total = (count: keyof Counts): number => all.reduce((sum, counts) => sum + counts[count], 0);
    return { passing: total('passing'), waiting: total('waiting'), failing: total('failing') };
  }
}

function waitingSteps(scenario: Scenario, waiting: Waiting | undefined): ReadonlySet<string> {
  return new Set(waiting === undefined ? [] : (waiting.steps ?? scenario.steps));
}

function judgeRefusal(refusal: string | null, waiting: Waiting | undefined): readonly string[] {
  if (refusal === null)
    return ['the agent starts: take the scenario off the waiting list, or name the steps that fail'];
  if (waiting?.refusal !== undefined && refusal.includes(waiting.refusal)) return [];
  return [`the agent did not start:\n${refusal}`];
}

/** `due` must fail; where the whole scenario waits, what prepares it may fail as well. */
function judgeSteps(
  { name, steps, preparations }: Scenario,
  { passed, failed }: Outcome,
  due: ReadonlySet<string>,
  isWhole: boolean,
): readonly string[] {
  const known = new Set([...steps, ...preparations]);
  const mayFail = isWhole ? known : due;
  const failing = new Set(failed);
  const ran = new Set([...passed, ...failed]);
  return [
    ...complain(steps.length === 0 ? [name] : [], 'has no steps'),
    ...complain(
      steps.filter((step, i) => steps.indexOf(step) !== i),
      'steps of the same name',
    ),
    ...complain(
      [...due].filter((step) => !known.has(step)),
      'on the waiting list, but not in the scenario',
    ),
    ...complain(
      steps.filter((step) => !ran.has(step)),
      'never ran',
    ),
    ...complain(
      [...failing].filter((step) => !mayFail.has(step)),
      'failed',
    ),
    ...complain(
      [...due].filter((step) => known.has(step) && !failing.has(step)),
      'no longer fail, take them off the waiting list',
    ),
  ];
}

function complain(steps: readonly string[], what: string): readonly string[] {
  return steps.length === 0 ? [] : [`${what}: ${steps.join(', ')}`];
}
