import type { Database } from '@retrain/infra';

/** Records uniform random features as answers of a model's first version, and outcomes of the newest of them. */
export async function answer(
  database: Database,
  model: string,
  { rows, features, outcomes }: { readonly rows: number; readonly features: number; readonly outcomes: number },
): Promise<void> {
  const cells = Array.from({ length: features }, () => 'random()').join(',');
  for (let left = rows; left > 0; left -= 100_000) {
    await database.query(
      `INSERT INTO predictions (id, model, version, arm, input, features, scores, occurred_at, recorded_at)
       SELECT gen_random_uuid(), $1, 1, 'champion', '{}', ARRAY[${cells}]::real[], '{0.5,0.5}', now(), now()
       FROM generate_series(1, ${Math.min(left, 100_000)})`,
      [model],
    );
  }
  await database.query(
    `INSERT INTO outcomes (prediction_id, model, outcome, observed_at, recorded_at, revision)
     SELECT id, model, '"a"', now(), now(), 1 FROM predictions WHERE model = $1 ORDER BY seq DESC LIMIT $2`,
    [model, outcomes],
  );
}
