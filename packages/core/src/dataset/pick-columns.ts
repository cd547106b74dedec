/** Some columns of rows, row-major, in the order given. */
export function pickColumns(values: Float32Array, width: number, columns: readonly number[]): Float32Array {
  const rows = values.length / width;
  const picked = new Float32Array(rows * columns.length);
  for (let row = 0, cell = 0; row < rows; row++) {
    for (const column of columns) picked[cell++] = values[row * width + column]!;
  }
  return picked;
}
