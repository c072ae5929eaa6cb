/** Finds the lowest point of a smooth convex function: L-BFGS (Nocedal and Wright, Numerical Optimization, algorithm 7.5). */

/** Writes the gradient at `point` into `gradient` and returns the value. */
export type Objective = (point: Float64Array, gradient: Float64Array) => number;

export interface Limits {
  iterations: number;
  /** Done when no part of the gradient is larger than this. */
  tolerance: number;
}

const remembered = 10;
const enoughDecrease = 1e-4;

interface Step {
  moved: Float64Array;
  changed: Float64Array;
  /** 1 / (moved · changed) */
  scale: number;
}

/** Moves `point`, in place, to the minimum. */
export function minimise(objective: Objective, point: Float64Array, limits: Limits): void {
  const steps: Step[] = [];
  let gradient = new Float64Array(point.length);
  let value = objective(point, gradient);
  for (let iteration = 0; iteration < limits.iterations && largest(gradient) > limits.tolerance; iteration++) {
    const direction = descent(gradient, steps);
    const slope = dot(direction, gradient);
    const next = new Float64Array(point.length);
    const nextGradient = new Float64Array(point.length);
    // Without a step to learn from, the length of the gradient says nothing about how far to go.
    let rate = steps.length === 0 ? Math.min(1, 1 / Math.sqrt(dot(gradient, gradient))) : 1;
    let nextValue = Infinity;
    for (; rate > 1e-10; rate /= 2) {
      for (let index = 0; index < next.length; index++) next[index] = at(point, index) + rate * at(direction, index);
      nextValue = objective(next, nextGradient);
      if (nextValue <= value + enoughDecrease * rate * slope) break;
    }
    if (nextValue >= value) return;
    remember(steps, subtract(next, point), subtract(nextGradient, gradient));
    point.set(next);
    [value, gradient] = [nextValue, nextGradient];
  }
}

/** The two-loop recursion: minus the inverse Hessian, as far as the last steps tell it, times the gradient. */
function descent(gradient: Float64Array, steps: Step[]): Float64Array {
  const direction = gradient.map((part) => -part);
  const newestFirst = steps.toReversed();
  const weights = newestFirst.map(({ moved, changed, scale }) => {
    const weight = scale * dot(moved, direction);
    add(direction, changed, -weight);
    return weight;
  });
  const newest = newestFirst[0];
  if (newest !== undefined) {
    const size = 1 / (newest.scale * dot(newest.changed, newest.changed));
    for (let index = 0; index < direction.length; index++) direction[index] = size * at(direction, index);
  }
  for (const [index, { moved, changed, scale }] of steps.entries()) {
    const weight = weights[steps.length - 1 - index] ?? 0;
    add(direction, moved, weight - scale * dot(changed, direction));
  }
  return direction;
}

function remember(steps: Step[], moved: Float64Array, changed: Float64Array): void {
  const curvature = dot(moved, changed);
  // A step along which the slope did not grow tells nothing of the curvature.
  if (curvature <= 1e-12 * dot(changed, changed)) return;
  steps.push({ moved, changed, scale: 1 / curvature });
  if (steps.length > remembered) steps.shift();
}

function add(to: Float64Array, what: Float64Array, times: number): void {
  for (let index = 0; index < to.length; index++) to[index] = at(to, index) + times * at(what, index);
}

function subtract(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((part, index) => part - at(b, index));
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += at(a, index) * at(b, index);
  return sum;
}

function largest(vector: Float64Array): number {
  let most = 0;
  for (const part of vector) most = Math.max(most, Math.abs(part));
  return most;
}

function at(vector: Float64Array, index: number): number {
  return vector[index] ?? 0;
}
