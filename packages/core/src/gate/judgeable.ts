import { checkScores } from '../metric/evaluate.js';
import { schemaHash } from '../model/feature-schema.js';
import { messageOf } from '../shared/errors.js';
import { count } from '../shared/words.js';
import type { GateContext, GateVerdict } from './gate-definition.js';
import { refused } from './refused.js';

/**
 * Why the candidate's evaluation cannot be judged at all; undefined when it can.
 *
 * Codes: `too_few_rows`, `schema_changed`, `candidate_scores_invalid` (NaN, no probabilities, wrong number), `missing_class`
 * (a class of the task was never observed on the judged rows).
 */
export function evaluationProblem(context: GateContext, minRows: number): Omit<GateVerdict, 'gate'> | undefined {
  const { evaluation, definition, candidate } = context;
  const { rows, outcomes } = evaluation;
  if (rows < minRows) {
    return {
      ...refused('too_few_rows', `Only ${count(rows, 'row')} to judge on; at least ${minRows} are needed.`),
      n: rows,
    };
  }
  if (candidate.lineage.schemaHash !== schemaHash(definition.schema)) {
    return refused('schema_changed', 'The candidate was fitted on other features than the model has now.');
  }
  const unusable = scoresProblem(context, evaluation.candidateScores);
  if (unusable) return refused('candidate_scores_invalid', `The candidate's scores cannot be judged: ${unusable}`);
  if (definition.task.kind === 'classification') {
    const observed = new Set(outcomes);
    const absent = definition.task.classes.filter((_, index) => !observed.has(index));
    if (absent.length > 0) {
      return refused('missing_class', `Never observed on the ${rows} judged rows: ${absent.join(', ')}.`, {
        classes: absent,
      });
    }
  }
  return undefined;
}

/**
 * Why candidate and champion cannot be compared; undefined when they can.
 *
 * Codes: `champion_unreadable`, `champion_scores_invalid`. A champion on other features can be compared with wherever it
 * has scores: those of what it reads.
 */
export function championProblem(context: GateContext): Omit<GateVerdict, 'gate'> | undefined {
  const { champion, evaluation } = context;
  if (!champion || !evaluation.championScores) {
    const absence = evaluation.championAbsence;
    const why = absence?.kind === 'unreadable' ? absence.reason : 'it has no scores on the judged rows.';
    return refused('champion_unreadable', `The champion cannot be compared with: ${why}`);
  }
  const unusable = scoresProblem(context, evaluation.championScores);
  return unusable
    ? refused('champion_scores_invalid', `The champion's scores cannot be judged: ${unusable}`)
    : undefined;
}

function scoresProblem({ definition, evaluation }: GateContext, scores: Float64Array): string | undefined {
  if (evaluation.outcomes.length !== evaluation.rows)
    return `${evaluation.outcomes.length} outcomes for ${evaluation.rows} rows.`;
  try {
    checkScores(definition.task, scores, evaluation.outcomes);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}
