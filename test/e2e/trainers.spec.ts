import { quickstart, System } from './system.js';

const config = `${quickstart}
trainers:
  - softmax_regression
  - { use: hist_gradient_boosting, with: { calibration: auto, warm_start: true } }
  - { use: mlp, with: { calibration: temperature, warm_start: true } }
evaluation: { min_rows: 200, blocks: 2 }
enable_automatic_deployment: true
gates: [parity, { use: minimum_score, with: { metric: log_loss, threshold: 1.05 } }]
`;

interface Tried {
  readonly recipe: { readonly use: string };
  readonly metrics?: { readonly log_loss: number };
  readonly problem?: string;
}

describe('trainers that compete on real matches', () => {
  let system: System;

  beforeAll(async () => {
    system = await System.start({ config });
    await system.ready();
    await system.idle();
  }, 180_000);

  afterAll(() => system?.stop(), 60_000);

  it('are all fitted and judged; the best one passes the gates and answers', async () => {
    const { body } = await system.post<{ run_id: string }>('/retraining/trigger', { reason: 'spec', force: true });
    const run = await system.settled(body.run_id, 150);
    const metrics = run.result!['training_metrics'] as { recipe: Tried['recipe']; tried: readonly Tried[] };
    const byName = new Map(metrics.tried.map((tried) => [tried.recipe.use, tried]));
    expect([...byName.keys()].sort()).toEqual(['hist_gradient_boosting', 'mlp', 'softmax_regression']);
    for (const { problem, metrics: figures } of byName.values()) {
      expect(problem).toBeUndefined();
      // The shares of results of the seasons before score 1.06.
      expect(figures!.log_loss).toBeLessThan(1.05);
    }
    const losses = metrics.tried.map((tried) => tried.metrics!.log_loss);
    expect(byName.get(metrics.recipe.use)!.metrics!.log_loss).toBe(Math.min(...losses));
    expect(run).toMatchObject({ status: 'deployed', candidate_version: 2 });
  }, 180_000);
});
