import type { Rollout, RolloutLook } from '../rollout/rollout.js';
import type { EvidenceChart } from '../run/evidence-chart.js';

/** The evidence of a rollout as its looks (first to last) saw it. */
export function rolloutChart({ plan }: Rollout, looks: readonly RolloutLook[]): EvidenceChart {
  const points = looks.flatMap(({ outcomes, evidence }) => {
    const { log_e_better: better, log_e_worse: worse } = evidence;
    return typeof better === 'number' && typeof worse === 'number' ? [{ outcomes, better, worse }] : [];
  });
  return { points, limits: { better: Math.log(1 / plan.alpha), worse: Math.log(1 / plan.alphaHarm) } };
}

/** The looks at which something happened: the first, those that changed the step or the verdict, the last. */
export function tellingLooks(looks: readonly RolloutLook[]): readonly RolloutLook[] {
  return looks.filter((look, index) => {
    const [before, after] = [looks[index - 1], looks[index + 1]];
    return !before || !after || look.step !== before.step || look.verdict !== before.verdict;
  });
}
