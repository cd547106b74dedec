import { readOptions } from '../plugin/options.js';
import type { UseOption } from '../plugin/use-option.js';
import { canonicalJson } from '../shared/canonical-json.js';
import type { JsonObject } from '../shared/json.js';
import { defineTrigger, type PreviousCheck, type TriggerContext } from './trigger-definition.js';
import { allVerdicts, verdictToJson } from './verdict-parts.js';

const MINUTE_MS = 60_000;

/** How often a trigger has fired in checks that followed each other. */
interface Streak {
  readonly length: number;
  /** As of the first check, and as of the last one that was counted. */
  readonly since: Date;
  readonly counted: Date;
}

/**
 * Fires when its `trigger` has fired in `times` checks in a row.
 *
 * The streak is carried on from the evidence of the check before, so it survives restarts. It begins anew with another champion,
 * after a run that neither failed nor was cancelled, with another trigger or other options of it, and after a check in which it did
 * not fire, for whatever reason. Checks that lie closer together than half of `check_interval_minutes` count as one: asking
 * again at once is no new evidence.
 */
export const inARow = defineTrigger({
  name: 'in_a_row',
  description: 'The trigger fires in so many checks in a row.',
  nested: ['trigger'],
  parseOptions: (raw) =>
    readOptions(raw, {
      trigger: { kind: 'use', required: true },
      times: { kind: 'number', fallback: 3, least: 2, most: 1000, whole: true },
    }),
  async evaluate(context, { trigger, times }) {
    const part = await context.judge(trigger);
    const streak =
      part.verdict === 'fired' ? streakOf(context, await knownStreak(context.previousCheck(), trigger)) : undefined;
    const length = streak?.length ?? 0;
    const verdict = part.verdict === 'fired' ? (length >= times ? 'fired' : 'clear') : part.verdict;
    const now = streak
      ? `${part.trigger} has fired in ${length} of the ${times} checks in a row that must agree, since ${streak.since.toISOString()}.`
      : `${part.trigger} has not fired, so ${times} more checks in a row must.`;
    return {
      verdict,
      score: length,
      threshold: times,
      ...(part.n !== undefined ? { n: part.n } : {}),
      reason: `${now} ${part.reason}`,
      evidence: { of: trigger, ...streakToJson(streak), parts: [verdictToJson(part)] },
    };
  },
});

function streakOf({ asOf, config }: TriggerContext, before: Streak | undefined): Streak {
  if (!before) return { length: 1, since: asOf, counted: asOf };
  const apart = asOf.getTime() - before.counted.getTime();
  const counts = apart >= (config.check_interval_minutes * MINUTE_MS) / 2;
  return counts ? { ...before, length: before.length + 1, counted: asOf } : before;
}

async function knownStreak(
  previous: Promise<PreviousCheck | undefined>,
  trigger: UseOption,
): Promise<Streak | undefined> {
  const same = allVerdicts((await previous)?.verdicts ?? []).find(
    ({ trigger: name, evidence }) => name === inARow.name && canonicalJson(evidence['of']) === canonicalJson(trigger),
  );
  return same && streakFromJson(same.evidence);
}

function streakToJson(streak: Streak | undefined): JsonObject {
  if (!streak) return { streak: 0 };
  const { length, since, counted } = streak;
  return { streak: length, since: since.toISOString(), counted: counted.toISOString() };
}

function streakFromJson({ streak, since, counted }: JsonObject): Streak | undefined {
  if (typeof streak !== 'number' || streak < 1) return undefined;
  return { length: streak, since: new Date(String(since)), counted: new Date(String(counted)) };
}
