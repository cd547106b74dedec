/** What every run of the bench is given: eight recipes on as many blocks as by default, each fit on one thread. */
export const evaluation = { min_rows: 4000, max_rows: 4000, blocks: 5 };
export const seed = 42;

const common = { max_iterations: 500, early_stopping: false };

export const recipes = [7, 15].flatMap((max_leaf_nodes) =>
  [0.01, 0.02, 0.03, 0.05].map((learning_rate) => ({
    use: 'hist_gradient_boosting',
    with: { ...common, max_leaf_nodes, learning_rate },
  })),
);
