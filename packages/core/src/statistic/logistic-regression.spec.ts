import { logisticRegression } from './logistic-regression.js';

describe('a logistic regression', () => {
  it('finds the minimum that scipy finds', () => {
    const coefficients = logisticRegression(
      {
        inputs: Float64Array.of(-1, 0.5, 0.2, -0.3, 1.5, 0.1, -0.7, -1.2, 0.9, 1.1, 0.1, 0.4),
        width: 2,
        labels: Uint8Array.of(0, 0, 1, 0, 1, 1),
        weights: Float64Array.of(1, 2, 1, 0.5, 1, 1),
      },
      1,
    );
    expect(coefficients[0]).toBeCloseTo(0.87781152, 6);
    expect(coefficients[1]).toBeCloseTo(0.69070774, 6);
    expect(coefficients[2]).toBeCloseTo(-0.48557635, 6);
  });

  it('stays finite where the classes can be told apart without error, and where inputs are copies', () => {
    const rows = 200;
    const labels = Uint8Array.from({ length: rows }, (_, row) => (row < 100 ? 0 : 1));
    const inputs = Float64Array.from({ length: rows * 2 }, (_, cell) => (labels[cell >> 1] === 1 ? 3 : -3));
    const weights = new Float64Array(rows).fill(1);
    const coefficients = logisticRegression({ inputs, width: 2, labels, weights }, 1);
    expect([...coefficients].every(Number.isFinite)).toBe(true);
    expect(coefficients[0]).toBeGreaterThan(0);
    expect(coefficients[0]).toBeCloseTo(coefficients[1]!, 6);
  });
});
