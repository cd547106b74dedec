import type { Dataset } from '../dataset/dataset.js';
import { featuresRead, refittedBlocks, type ChampionUnderTest } from '../evaluation/evaluate-candidate.js';
import type { EvaluationBlock } from '../evaluation/paired-evaluation.js';
import type { ArtifactRef } from '../model/model-version.js';
import type { Recipe } from '../run/trainer-definition.js';
import type { PieceWork } from './training-piece.js';

/** What the pieces of a run are made of. */
export interface PieceSource {
  readonly dataset: Dataset;
  readonly snapshot: ArtifactRef;
  readonly blocks: readonly EvaluationBlock[];
  readonly champion: ChampionUnderTest;
  readonly seed: number;
}

/** The piece that refits a recipe on the rows before a block and scores the block. */
export function refitWork(
  source: PieceSource,
  recipe: Recipe,
  { fitRows, from, to }: EvaluationBlock,
  features?: readonly string[],
): PieceWork {
  const lineage = { purpose: 'evaluation', rows: String(fitRows) };
  const initial = initialOf(source, recipe, source.dataset.times[from]);
  const optional = { ...(features ? { features } : {}), ...(initial ? { initial } : {}) };
  return { ...common(source, recipe), fitRows, judged: { from, to }, lineage, ...optional };
}

/** The piece that fits the chosen recipe on every row; its model is the candidate. */
export function candidateWork(source: PieceSource, recipe: Recipe, lineage: PieceWork['lineage']): PieceWork {
  const initial = initialOf(source, recipe, undefined);
  return { ...common(source, recipe), fitRows: source.dataset.rows, lineage, ...(initial ? { initial } : {}) };
}

/** Every refit that an evaluation of these recipes beside the champion asks for, the longest first. */
export function evaluationWorks(source: PieceSource, recipes: readonly Recipe[]): readonly PieceWork[] {
  const { blocks, champion, dataset } = source;
  const works = recipes.flatMap((recipe) => blocks.map((block) => refitWork(source, recipe, block)));
  if (champion.kind === 'loaded') {
    const { recipe } = champion.version.lineage;
    const features = featuresRead(dataset, champion.version);
    for (const block of refittedBlocks(dataset, blocks, champion.version)) {
      works.push(refitWork(source, recipe, block, features));
    }
  }
  return works.sort((one, other) => other.fitRows - one.fitRows);
}

function common({ snapshot, seed }: PieceSource, { use, with: options }: Recipe) {
  return { snapshot, recipe: { use, with: options }, seed };
}

/**
 * The champion, for a recipe that asks to begin from it (`warm_start`).
 *
 * A fit that is judged may begin from it only when the champion knows no row from the first judged one on: else the
 * scores would tell of rows that the fit must not know. `judgedFrom` is that row's time; undefined: nothing is judged.
 */
function initialOf({ champion }: PieceSource, recipe: Recipe, judgedFrom: number | undefined): ArtifactRef | undefined {
  if (recipe.with['warm_start'] !== true || champion.kind !== 'loaded') return undefined;
  const { artifact, lineage } = champion.version;
  if (judgedFrom === undefined) return artifact;
  return lineage.trainedUntil && lineage.trainedUntil.getTime() <= judgedFrom ? artifact : undefined;
}
