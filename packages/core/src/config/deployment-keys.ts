import { rolloutDefaults } from '../rollout/rollout-plan.js';
import { share, whole } from './number-schemas.js';
import type { Field } from './schema.js';

/** Keys of `deployment`: how an accepted candidate becomes the champion. */
export const deploymentFields: readonly Field[] = [
  {
    key: 'strategy',
    doc: 'direct: it answers everything at once. canary: it answers a growing share. ab: it answers a fixed share. shadow: it answers nobody. All but direct promote it when outcomes prove it better.',
    schema: { kind: 'choice', values: ['direct', 'shadow', 'canary', 'ab'] },
    fallback: 'direct',
  },
  {
    key: 'steps',
    doc: 'Shares of the callers that a canary answers, in percent, ascending; the last one is 100.',
    schema: {
      kind: 'list',
      of: share({ above: 0, maximum: 100 }),
      items: 'percentages above 0 and up to 100',
      minItems: 1,
    },
    fallback: rolloutDefaults.steps.map((step) => step * 100),
  },
  {
    key: 'share',
    doc: 'Share of the callers that the challenger answers in ab, in percent.',
    schema: share({ minimum: 1, maximum: 99 }),
    fallback: 50,
  },
  {
    key: 'min_outcomes_per_step',
    doc: 'Outcomes that a step needs (ab and shadow: the whole), at least.',
    schema: whole(1, 1_000_000),
    fallback: rolloutDefaults.minOutcomesPerStep,
  },
  {
    key: 'min_minutes_per_step',
    doc: 'Minutes that a step lasts (ab and shadow: the whole), at least.',
    schema: share({ minimum: 0, maximum: 525_600 }),
    fallback: rolloutDefaults.minMinutesPerStep,
  },
  {
    key: 'deadline_days',
    doc: 'Without a decision after so many days the champion stays.',
    schema: share({ above: 0, maximum: 3650 }),
    fallback: rolloutDefaults.deadlineDays,
  },
  {
    key: 'alpha',
    doc: 'Chance, at most, that a challenger which is no better (or worse by margin or more) is ever promoted.',
    schema: share({ above: 0, maximum: 0.5 }),
    fallback: rolloutDefaults.alpha,
  },
  {
    key: 'margin',
    doc: 'How much worse a challenger may be and still be promoted (0: it must prove to be better): log loss, of a regression squared error over that of the champion.',
    schema: share({ minimum: 0, maximum: 0.4 }),
    fallback: rolloutDefaults.margin,
  },
  {
    key: 'error_tolerance',
    doc: 'Share (0..1) by which a challenger may fail more often than the champion before it is rolled back.',
    schema: share({ minimum: 0, maximum: 1 }),
    fallback: rolloutDefaults.guards.errorTolerance,
  },
  {
    key: 'latency_ratio',
    doc: "A challenger is rolled back when 95 % of its answers take more than this many times the champion's.",
    schema: share({ minimum: 1, maximum: 1000 }),
    fallback: rolloutDefaults.guards.latencyRatio,
  },
  {
    key: 'approval_expires_hours',
    doc: 'An approval that nobody gives expires after so many hours.',
    schema: share({ above: 0, maximum: 8760 }),
    fallback: 168,
  },
  {
    key: 'approvals',
    doc: 'Who must approve, each with a key of his own. Set in the file only.',
    schema: {
      kind: 'object',
      fields: [
        { key: 'quorum', doc: 'Different people who must approve.', schema: whole(1, 20), fallback: 1 },
        {
          key: 'four_eyes',
          doc: 'true: who asked for the run or the promotion cannot approve it.',
          schema: { kind: 'boolean' },
          fallback: false,
        },
      ],
    },
    fallback: { quorum: 1, four_eyes: false },
  },
  {
    key: 'probation',
    doc: 'How long a new champion is watched; one that does harm is rolled back and quarantined by itself.',
    schema: {
      kind: 'object',
      fields: [
        {
          key: 'outcomes',
          doc: 'Outcomes of its answers after which it has passed. 0: no probation.',
          schema: whole(0, 1_000_000),
          fallback: 200,
        },
        {
          key: 'days',
          doc: 'Days after which it ends undecided when there were fewer.',
          schema: share({ above: 0, maximum: 3650 }),
          fallback: 30,
        },
        {
          key: 'alpha',
          doc: 'Chance, at most, that a sound champion is rolled back for its outcomes.',
          schema: share({ above: 0, maximum: 0.5 }),
          fallback: 0.01,
        },
      ],
    },
    fallback: { outcomes: 200, days: 30, alpha: 0.01 },
  },
];
