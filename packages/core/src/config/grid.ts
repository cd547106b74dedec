import type { Recipe } from '../run/trainer-definition.js';
import type { Json } from '../shared/json.js';
import type { TrainerUse } from './retraining-config.js';

/** Candidates of one run, at most: each is fitted on every block. */
export const mostCandidates = 64;

/** Values to try, by option. */
export type Grid = Readonly<Record<string, readonly Json[]>>;

/** The recipes that a list of trainers stands for: every combination of a grid is one, the last option varying fastest. */
export function candidatesOf(trainers: readonly TrainerUse[]): readonly Recipe[] {
  return trainers.flatMap(({ use, with: options, grid = {} }) =>
    combinations(grid).map((values) => ({ use, with: { ...options, ...values } })),
  );
}

/** How many recipes they are, without making them. */
export function countCandidates(trainers: readonly TrainerUse[]): number {
  const size = ({ grid = {} }: TrainerUse) => Object.values(grid).reduce((total, { length }) => total * length, 1);
  return trainers.reduce((total, trainer) => total + size(trainer), 0);
}

function combinations(grid: Grid): readonly Record<string, Json>[] {
  return Object.entries(grid).reduce<readonly Record<string, Json>[]>(
    (made, [option, values]) => made.flatMap((one) => values.map((value) => ({ ...one, [option]: value }))),
    [{}],
  );
}
