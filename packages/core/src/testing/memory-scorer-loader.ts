import { ScorerLoader, type Scorer, type ScorerExpectation } from '../serving/scorer.port.js';
import { unprocessable } from '../shared/errors.js';
import { tinyScores, type TinyModel } from './tiny-softmax.js';

/** Loads what `tinySoftmax` has stored and refuses everything else. */
export class MemoryScorerLoader extends ScorerLoader {
  /** Scorers that were loaded and not released yet. */
  open = 0;

  async load(artifact: Uint8Array, { inputs, outputs }: ScorerExpectation): Promise<Scorer> {
    const model = parse(artifact);
    if (model.inputs !== inputs || model.outputs !== outputs) {
      const told = `The artifact maps ${model.inputs} features to ${model.outputs} scores, not ${inputs} to ${outputs}.`;
      throw unprocessable('invalid_artifact', told);
    }
    this.open++;
    let released = false;
    return {
      inputs,
      outputs,
      score: async (features, rows) => {
        if (released) throw new Error('The scorer was released.');
        return tinyScores(model, features, rows);
      },
      release: async () => {
        if (!released) this.open--;
        released = true;
      },
    };
  }
}

function parse(artifact: Uint8Array): TinyModel {
  try {
    const model = JSON.parse(new TextDecoder().decode(artifact)) as Partial<TinyModel>;
    if (model.format === 'tiny-softmax') return model as TinyModel;
  } catch {
    // Not JSON: refused below like any other foreign file.
  }
  throw unprocessable('invalid_artifact', 'The artifact is not a tiny softmax model.');
}
