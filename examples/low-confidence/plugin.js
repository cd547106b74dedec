import { defineTrigger, insufficientData, readOptions } from '@retrain/core';

/** Fires when more than `most` of the champion's answers gave no class a probability of at least `confidence`. */
const lowConfidence = defineTrigger({
  name: 'low_confidence',
  description: 'Too many answers without a confident class.',
  parseOptions: (raw) =>
    readOptions(raw, {
      confidence: { kind: 'number', fallback: 0.5, least: 0, most: 1 },
      most: { kind: 'number', fallback: 0.3, least: 0, most: 1 },
      min_rows: { kind: 'number', fallback: 50, least: 1, whole: true },
    }),
  async evaluate({ definition, matured }, { confidence, most, min_rows }) {
    if (definition.task.kind !== 'classification') return insufficientData('A number has no confidence.');
    const answers = await matured();
    const n = answers.length;
    if (n < min_rows) return insufficientData(`${n} of ${min_rows} answers so far.`, { n });
    const unsure = answers.filter(({ prediction }) => Math.max(...prediction.scores) < confidence).length;
    const score = unsure / n;
    return {
      verdict: score > most ? 'fired' : 'clear',
      ...{ score, threshold: most, n },
      reason: `${unsure} of ${n} answers gave no class a probability of ${confidence}; allowed is a share of ${most}.`,
      evidence: { unsure, confidence },
    };
  },
});

/** @type {import('@retrain/core').Plugin} */
export const plugin = { name: 'low-confidence', triggers: [lowConfidence] };
