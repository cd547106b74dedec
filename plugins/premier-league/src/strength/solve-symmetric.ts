/**
 * Solves A x = b in place by Cholesky: `right` holds x afterwards, `matrix` its factor.
 *
 * A is symmetric positive definite, row-major size x size; only its lower triangle is read. Throws a RangeError when A is not
 * positive definite, which a ridge on every diagonal entry rules out.
 */
export function solveSymmetric(matrix: Float64Array, right: Float64Array, size: number): void {
  for (let row = 0; row < size; row += 1) {
    const rowStart = row * size;
    for (let column = 0; column <= row; column += 1) {
      const columnStart = column * size;
      let sum = matrix[rowStart + column]!;
      for (let k = 0; k < column; k += 1) sum -= matrix[rowStart + k]! * matrix[columnStart + k]!;
      if (column < row) matrix[rowStart + column] = sum / matrix[columnStart + column]!;
      else if (sum > 0) matrix[rowStart + row] = Math.sqrt(sum);
      else throw new RangeError(`The matrix is not positive definite (pivot ${row} is ${sum}).`);
    }
  }
  for (let row = 0; row < size; row += 1) {
    let sum = right[row]!;
    for (let k = 0; k < row; k += 1) sum -= matrix[row * size + k]! * right[k]!;
    right[row] = sum / matrix[row * size + row]!;
  }
  for (let row = size - 1; row >= 0; row -= 1) {
    let sum = right[row]!;
    for (let k = row + 1; k < size; k += 1) sum -= matrix[k * size + row]! * right[k]!;
    right[row] = sum / matrix[row * size + row]!;
  }
}
