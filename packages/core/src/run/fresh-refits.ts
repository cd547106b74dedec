import type { EvaluationBlock } from '../evaluation/paired-evaluation.js';
import type { Refits } from '../evaluation/refits.js';
import { fitPiece, type FittedPiece, type PieceTools } from '../piece/fit-piece.js';
import { refitWork, type PieceSource } from '../piece/plan-pieces.js';
import type { PieceWork } from '../piece/training-piece.js';
import { canonicalJson } from '../shared/canonical-json.js';
import type { ArtifactStore } from '../storage/artifact-store.port.js';
import type { Recipe } from './trainer-definition.js';

/** Fits by this process alone, one after the other, with no cache: what a run's trainers shared, done again. */
export class FreshRefits implements Refits {
  private readonly scored = new Map<string, Promise<Float32Array>>();

  constructor(
    private readonly artifacts: ArtifactStore,
    private readonly source: PieceSource,
    private readonly tools: Omit<PieceTools, 'dataset' | 'initial'>,
  ) {}

  scores(recipe: Recipe, block: EvaluationBlock, features?: readonly string[]): Promise<Float32Array> {
    const name = canonicalJson([recipe, block, features ?? null]);
    let scores = this.scored.get(name);
    if (!scores) this.scored.set(name, (scores = this.score(refitWork(this.source, recipe, block, features))));
    return scores;
  }

  async fit(work: PieceWork): Promise<FittedPiece> {
    const initial = work.initial && (await this.artifacts.get(work.initial));
    return fitPiece(work, { ...this.tools, dataset: this.source.dataset, ...(initial ? { initial } : {}) });
  }

  private async score(work: PieceWork): Promise<Float32Array> {
    const fitted = await this.fit(work);
    if (!('scores' in fitted)) throw new Error('A piece that is judged has scores.');
    return fitted.scores;
  }
}
