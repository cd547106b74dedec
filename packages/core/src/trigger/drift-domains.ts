import type { DriftBlock, DriftWatch } from '../drift/drift-watch.js';
import { judgeDomains, type DomainRule, type JudgedDomain } from '../drift/judge-domains.js';
import { messageOf } from '../shared/errors.js';
import type { JsonObject } from '../shared/json.js';
import { count, figure, pValueInWords } from '../shared/words.js';
import type { TriggerContext, TriggerVerdict } from './trigger-definition.js';

type Said = Omit<TriggerVerdict, 'trigger'>;

/** The verdict over single features together with that of the classifier; rows that cannot be read spoil only the latter. */
export async function withDomains(
  context: TriggerContext,
  watch: DriftWatch,
  features: Said,
  rule: DomainRule,
): Promise<Said> {
  const { reason, facts, judged } = await domainsOf(context, watch, rule).catch((error: unknown) => ({
    reason: `The classifier could not be asked: ${messageOf(error)}`,
    facts: { status: 'unreadable' } as JsonObject,
    judged: undefined,
  }));
  const kind = judged?.drifted
    ? 'fired'
    : judged?.found && features.verdict === 'insufficient_data'
      ? 'clear'
      : features.verdict;
  const evidence = { ...features.evidence, domain_classifier: { ...facts, reason } };
  return { ...features, verdict: kind, reason: `${features.reason} ${reason}`, evidence };
}

async function domainsOf(
  context: TriggerContext,
  watch: DriftWatch,
  rule: DomainRule,
): Promise<{ reason: string; facts: JsonObject; judged?: JudgedDomain }> {
  const reference = await context.referenceSample();
  if (!reference) {
    const reason = 'No rows of the training data were kept that a classifier could be fitted on.';
    return { reason, facts: { status: 'no_reference' } };
  }
  const blocks = new Map<DriftBlock, Float32Array>();
  for (const block of [...watch.blocks, ...(watch.answered?.blocks ?? [])]) {
    blocks.set(block, await context.blockRows(block));
  }
  const judgement = judgeDomains(context.definition.schema, watch, { reference, blocks }, rule);
  const judged = judgement.decisive;
  if (!judged?.found) {
    const reason = `A classifier needs ${rule.minRows} rows on each side, and a feature that varies.`;
    return { reason, facts: { status: 'insufficient' }, judged };
  }
  const facts = {
    status: judged.drifted ? 'drifted' : judged.answered ? 'answered' : 'stable',
    minimum_auc: rule.minimumAuc,
    ...foundJson(judged),
    blocks: judgement.blocks.map((block) => ({ ...foundJson(block), drifted: block.drifted })),
  };
  return { reason: wordsOf(judged, rule), facts, judged };
}

function foundJson({ block, level, found }: JudgedDomain): JsonObject {
  return {
    from: block.from.toISOString(),
    to: block.to.toISOString(),
    level,
    ...(found
      ? {
          auc: found.auc,
          p_value: found.pValue,
          reference_rows: found.referenceRows,
          current_rows: found.currentRows,
          strongest: found.strongest,
        }
      : {}),
  };
}

function wordsOf({ found, drifted, answered }: JudgedDomain, { minimumAuc }: DomainRule): string {
  const { auc, pValue, currentRows, strongest } = found!;
  const measured = `AUC ${figure(auc)} on ${count(currentRows, 'row')}, ${figure(minimumAuc)} asked for, ${pValueInWords(pValue)}`;
  if (drifted) return `A classifier tells new rows from training rows (${measured}), best by ${strongest.join(', ')}.`;
  const known = answered ? ' than those that a run has judged a candidate on' : '';
  return `A classifier finds new rows no different${known} (${measured}).`;
}
