import fc from 'fast-check';
import { solvePositiveDefinite } from './cholesky.js';
import { minimise, type Objective } from './lbfgs.js';

const options = { tolerance: 1e-9, maxIterations: 5000 };

/** x A x / 2 - b x with A = factor factor' + ridge I. */
function quadratic(size: number, factor: readonly number[], right: readonly number[], ridge: number) {
  const matrix = Float64Array.from({ length: size * size }, (_, index) => {
    const [row, column] = [Math.floor(index / size), index % size];
    let sum = row === column ? ridge : 0;
    for (let k = 0; k < size; k++) sum += factor[row * size + k]! * factor[column * size + k]!;
    return sum;
  });
  const objective: Objective = {
    size,
    evaluate(point, gradient) {
      let value = 0;
      for (let row = 0; row < size; row++) {
        let product = 0;
        for (let column = 0; column < size; column++) product += matrix[row * size + column]! * point[column]!;
        gradient[row] = product - right[row]!;
        value += point[row]! * (product / 2 - right[row]!);
      }
      return value;
    },
  };
  return { objective, optimum: solvePositiveDefinite(matrix, Float64Array.from(right))! };
}

describe('minimise', () => {
  it('finds the optimum of any well-posed quadratic, where the linear equations have it', async () => {
    const number = fc.double({ min: -3, max: 3, noNaN: true });
    const problem = fc.integer({ min: 1, max: 6 }).chain((size) =>
      fc.record({
        size: fc.constant(size),
        factor: fc.array(number, { minLength: size * size, maxLength: size * size }),
        right: fc.array(number, { minLength: size, maxLength: size }),
      }),
    );
    await fc.assert(
      fc.asyncProperty(problem, async ({ size, factor, right }) => {
        const { objective, optimum } = quadratic(size, factor, right, 0.5);
        const found = await minimise(objective, new Float64Array(size), options);
        expect(found.gradientNorm).toBeLessThan(1e-7);
        optimum.forEach((entry, index) => expect(found.point[index]).toBeCloseTo(entry, 6));
      }),
      { numRuns: 200, seed: 2 },
    );
  });

  it('walks the curved valley of Rosenbrock to its end', async () => {
    const valley: Objective = {
      size: 2,
      evaluate(point, gradient) {
        const [x, y] = [point[0]!, point[1]!];
        gradient[0] = -400 * x * (y - x * x) - 2 * (1 - x);
        gradient[1] = 200 * (y - x * x);
        return 100 * (y - x * x) ** 2 + (1 - x) ** 2;
      },
    };
    const found = await minimise(valley, Float64Array.of(-1.2, 1), options);
    expect(found.converged).toBe(true);
    expect(found.point[0]).toBeCloseTo(1, 6);
    expect(found.point[1]).toBeCloseTo(1, 6);
    expect(found.evaluations).toBeLessThan(100);
  });

  it('stays where the gradient is zero already, and does not claim an optimum that it has not reached', async () => {
    const { objective, optimum } = quadratic(1, [1], [2], 0);
    expect(await minimise(objective, optimum, options)).toMatchObject({ iterations: 0, converged: true });
    const slope: Objective = {
      size: 1,
      evaluate(point, gradient) {
        gradient[0] = 1;
        return point[0]!;
      },
    };
    expect(await minimise(slope, Float64Array.of(0), { ...options, maxIterations: 3 })).toMatchObject({
      converged: false,
    });
  });
});
