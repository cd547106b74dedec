/** A smooth function of many variables. */
export interface Objective {
  /** Number of variables. */
  readonly size: number;
  /** Value at `point`; writes the gradient there into `gradient`. */
  evaluate(point: Float64Array, gradient: Float64Array): number;
}

export interface MinimiseOptions {
  /** Stop once no component of the gradient is larger than this. */
  readonly tolerance: number;
  readonly maxIterations: number;
  /** Called after every iteration with the largest gradient component; what it throws ends the search. */
  afterIteration?(gradientNorm: number): Promise<void> | void;
}

export interface Minimum {
  readonly point: Float64Array;
  readonly value: number;
  /** Largest absolute component of the gradient at `point`. */
  readonly gradientNorm: number;
  readonly iterations: number;
  readonly evaluations: number;
  readonly converged: boolean;
}

/** Pairs of past steps that shape the next direction. */
const MEMORY = 12;
/** Sufficient decrease and curvature constants of the weak Wolfe conditions. */
const DECREASE = 1e-4;
const CURVATURE = 0.9;
const LINE_STEPS = 40;

/**
 * Minimises a smooth convex function by limited-memory BFGS.
 *
 * Two-loop recursion (Nocedal & Wright, Numerical Optimization, algorithm 7.4) with a weak Wolfe line search by bisection
 * (Lewis & Overton 2013). Fixed order of operations in float64: the same input gives the same bits.
 */
export async function minimise(objective: Objective, start: Float64Array, options: MinimiseOptions): Promise<Minimum> {
  const { size } = objective;
  let point: Float64Array = Float64Array.from(start);
  let gradient: Float64Array = new Float64Array(size);
  let value = objective.evaluate(point, gradient);
  let evaluations = 1;
  let iterations = 0;
  const steps: Step[] = [];
  while (iterations < options.maxIterations && largest(gradient) > options.tolerance) {
    let direction = descent(gradient, steps);
    if (dot(direction, gradient) >= 0) {
      steps.length = 0;
      direction = descent(gradient, steps);
    }
    const first = steps.length === 0 ? Math.min(1, 1 / largest(gradient)) : 1;
    const next = search(objective, point, value, gradient, direction, first);
    evaluations += next.evaluations;
    if (next.point === undefined) {
      if (steps.length === 0) break;
      steps.length = 0;
      continue;
    }
    remember(steps, point, next.point, gradient, next.gradient);
    ({ value, point, gradient } = { value: next.value, point: next.point, gradient: next.gradient });
    iterations++;
    await options.afterIteration?.(largest(gradient));
  }
  const gradientNorm = largest(gradient);
  return { point, value, gradientNorm, iterations, evaluations, converged: gradientNorm <= options.tolerance };
}

interface Step {
  readonly moved: Float64Array;
  readonly turned: Float64Array;
  /** 1 / (moved . turned). */
  readonly rho: number;
}

function remember(
  steps: Step[],
  from: Float64Array,
  to: Float64Array,
  before: Float64Array,
  after: Float64Array,
): void {
  const moved = to.map((entry, index) => entry - from[index]!);
  const turned = after.map((entry, index) => entry - before[index]!);
  const curvature = dot(moved, turned);
  if (!(curvature > 1e-300)) return;
  steps.push({ moved, turned, rho: 1 / curvature });
  if (steps.length > MEMORY) steps.shift();
}

function descent(gradient: Float64Array, steps: readonly Step[]): Float64Array {
  const direction = gradient.map((entry) => -entry);
  const shares = new Float64Array(steps.length);
  for (let index = steps.length - 1; index >= 0; index--) {
    const step = steps[index]!;
    shares[index] = step.rho * dot(step.moved, direction);
    add(direction, -shares[index]!, step.turned);
  }
  const last = steps.at(-1);
  if (last) {
    const scale = 1 / (last.rho * dot(last.turned, last.turned));
    for (let index = 0; index < direction.length; index++) direction[index]! *= scale;
  }
  for (const [index, step] of steps.entries()) {
    add(direction, shares[index]! - step.rho * dot(step.turned, direction), step.moved);
  }
  return direction;
}

interface Found {
  readonly point?: Float64Array;
  readonly value: number;
  readonly gradient: Float64Array;
  readonly evaluations: number;
}

function search(
  objective: Objective,
  origin: Float64Array,
  value: number,
  gradient: Float64Array,
  direction: Float64Array,
  first: number,
): Found {
  const slope = dot(direction, gradient);
  // Close to the optimum the true decrease drowns in rounding; a decrease within it counts as one.
  const rounding = 4 * Number.EPSILON * Math.abs(value);
  let low = 0;
  let high = Infinity;
  let length = first;
  for (let evaluations = 1; evaluations <= LINE_STEPS; evaluations++) {
    const candidate = origin.map((entry, index) => entry + length * direction[index]!);
    const candidateGradient = new Float64Array(origin.length);
    const candidateValue = objective.evaluate(candidate, candidateGradient);
    if (!(candidateValue <= value + DECREASE * length * slope + rounding)) high = length;
    else if (dot(candidateGradient, direction) < CURVATURE * slope) low = length;
    else return { point: candidate, value: candidateValue, gradient: candidateGradient, evaluations };
    length = high === Infinity ? 2 * low : (low + high) / 2;
  }
  return { value, gradient, evaluations: LINE_STEPS };
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += a[index]! * b[index]!;
  return sum;
}

function add(target: Float64Array, factor: number, other: Float64Array): void {
  for (let index = 0; index < target.length; index++) target[index]! += factor * other[index]!;
}

function largest(vector: Float64Array): number {
  let most = 0;
  for (let index = 0; index < vector.length; index++) most = Math.max(most, Math.abs(vector[index]!));
  return most;
}
