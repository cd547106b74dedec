/** Tries of one notice before it is given up. */
export const maxTries = 8;

const firstPauseSeconds = 5;
const longestPauseSeconds = 600;

/** Seconds until the next try after `failures` (>= 1) failed ones: 5, 10, 20 … and never more than ten minutes. */
export function pauseSeconds(failures: number): number {
  return Math.min(firstPauseSeconds * 2 ** (failures - 1), longestPauseSeconds);
}
