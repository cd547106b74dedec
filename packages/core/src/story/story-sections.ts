import { toldPiece } from '../piece/training-piece.js';
import type { ReportSection } from '../run/report.js';
import { shown, titled } from '../run/shown.js';
import type { JsonObject } from '../shared/json.js';
import { count, percent } from '../shared/words.js';
import { rolloutChart, tellingLooks } from './rollout-chart.js';
import type { RunStory, ToldDeployment } from './run-story.js';
import { stagesOf } from './stages.js';
import { timelineOf } from './timeline.js';

/** What a report says beside the run's own result: from what fired to probation. */
export function storySections(story: RunStory): readonly ReportSection[] {
  return [
    ...firing(story),
    stages(story),
    ...fits(story),
    ...story.deployments.flatMap(deployment),
    ...aliases(story),
    ...probations(story),
    ...quarantine(story),
    timeline(story),
  ];
}

function firing({ firing: check, run }: RunStory): ReportSection[] {
  if (!check) return [];
  const rows = (check.payload.verdicts as readonly JsonObject[]).map((verdict) => [
    shown(verdict['trigger']),
    shown(verdict['verdict']),
    shown(verdict['score']),
    shown(verdict['threshold']),
    shown(verdict['n']),
    shown(verdict['reason']),
  ]);
  return [
    {
      heading: 'What fired',
      facts: [
        ['Checked at', check.recordedAt.toISOString()],
        ['Firings that met this run', String(run.coalesced)],
      ],
      table: { columns: ['Trigger', 'Verdict', 'Score', 'Threshold', 'Rows', 'Reason'], rows },
    },
  ];
}

function stages({ run, events }: RunStory): ReportSection {
  const rows = stagesOf(run, events).map(({ stage, state, startedAt, finishedAt, attempts }) => [
    stage,
    titled(state),
    time(startedAt),
    startedAt && finishedAt ? `${shown((finishedAt.getTime() - startedAt.getTime()) / 1000)} s` : '',
    attempts === 0 ? '' : String(attempts),
  ]);
  return { heading: 'Stages', table: { columns: ['Stage', 'State', 'Since', 'Took', 'Attempts'], rows } };
}

function fits({ pieces }: RunStory): ReportSection[] {
  if (pieces.length === 0) return [];
  const rows = pieces.map(({ work, status, cached, attempt, startedAt, finishedAt, failure }) => [
    toldPiece(work),
    cached ? 'taken over: done before' : status,
    cached || !startedAt || !finishedAt ? '' : `${shown((finishedAt.getTime() - startedAt.getTime()) / 1000)} s`,
    cached ? '' : String(attempt),
    failure?.message ?? '',
  ]);
  return [{ heading: 'Fits', table: { columns: ['Fit', 'State', 'Took', 'Attempts', 'Failure'], rows } }];
}

function deployment({ deployment: row, approvals, rollout, looks }: ToldDeployment): ReportSection[] {
  const { kind, version, quorum, fourEyes } = row;
  const facts: [string, string][] = [
    ['Status', titled(row.status)],
    ['Strategy', row.strategy],
    ['Proposed by', `${row.requestedBy} at ${row.createdAt.toISOString()}: ${row.reason}`],
    ['Approvals needed', `${quorum}${fourEyes ? ', not by who asked for it' : ''}`],
    ...approvals.map(({ actor, at, reason }): [string, string] => [
      'Approved by',
      `${actor} at ${time(at)}: ${reason}`,
    ]),
    [
      'Decided by',
      row.decidedBy ? `${row.decidedBy} at ${time(row.decidedAt)}: ${row.decisionReason ?? ''}` : 'nobody yet',
    ],
    ['Artifact', row.artifactSha256],
    ['Evidence', row.evidenceHash],
  ];
  if (row.expiresAt) facts.push(['Expires at', row.expiresAt.toISOString()]);
  const heading = kind === 'rollback' ? `Roll-back to version ${version}` : `Deployment of version ${version}`;
  return [{ heading, facts }, ...tried({ rollout, looks })];
}

function tried({ rollout, looks }: Pick<ToldDeployment, 'rollout' | 'looks'>): ReportSection[] {
  if (!rollout) return [];
  const { strategy, champion, challenger, status, plan, startedAt, endedAt, endReason } = rollout;
  const steps = plan.steps.map((step) => percent(step, 0)).join(', ');
  const facts: [string, string][] = [
    ['Status', titled(status)],
    ['Champion', `version ${champion}`],
    ['Challenger', `version ${challenger}`],
    ['Steps', steps || 'none: it answers nobody'],
    [
      'Each step',
      `${count(plan.minOutcomesPerStep, 'outcome')} and ${count(plan.minMinutesPerStep, 'minute')} at least`,
    ],
    ['Level', `alpha ${plan.alpha} to promote, ${plan.alphaHarm} to roll back, margin ${plan.margin}`],
    ['Started at', startedAt.toISOString()],
  ];
  if (endedAt) facts.push(['Ended at', endedAt.toISOString()], ['Because', endReason ?? '']);
  const rows = tellingLooks(looks).map((look) => [
    String(look.number),
    time(look.asOf),
    percent(look.share, 0),
    String(look.outcomes),
    shown(look.evidence['log_e_better']),
    shown(look.evidence['log_e_worse']),
    titled(look.verdict),
    look.reason,
  ]);
  const columns = ['Look', 'As of', 'Share', 'Outcomes', 'ln e better', 'ln e worse', 'Verdict', 'Reason'];
  const guards = looks.at(-1) ? guardFacts(looks.at(-1)!.evidence) : [];
  const chart = rolloutChart(rollout, looks);
  return [{ heading: `Rollout: ${strategy}`, facts: [...facts, ...guards], chart, table: { columns, rows } }];
}

function guardFacts(evidence: JsonObject): [string, string][] {
  return (['errors', 'latency', 'split'] as const).flatMap((name): [string, string][] => {
    const seen = evidence[name];
    if (typeof seen !== 'object' || seen === null || Array.isArray(seen)) return [];
    const told = Object.entries(seen).map(([key, value]) => `${key.replaceAll('_', ' ')} ${shown(value)}`);
    return [[`Guard: ${name}`, told.join(', ')]];
  });
}

function aliases({ moves }: RunStory): ReportSection[] {
  if (moves.length === 0) return [];
  const rows = moves.map(({ movedAt, alias, previousVersion, version, actor, reason }) => [
    movedAt.toISOString(),
    alias,
    String(previousVersion ?? ''),
    String(version),
    actor,
    reason,
  ]);
  return [{ heading: 'Aliases', table: { columns: ['Moved at', 'Alias', 'From', 'To', 'By', 'Reason'], rows } }];
}

function probations({ probations: all }: RunStory): ReportSection[] {
  return all.map(({ status, version, previousVersion, rules, outcomes, asOf, checkedAt, reason }) => ({
    heading: `Probation of version ${version}`,
    facts: [
      ['Status', titled(status)],
      ['Outcomes', `${outcomes} of ${rules.outcomes}`],
      ['Watched until', new Date(asOf.getTime() + rules.days * 86_400_000).toISOString()],
      ['Goes back to', `version ${previousVersion}`],
      ['Last look', time(checkedAt) || 'none yet'],
      ['Verdict', reason],
    ],
  }));
}

function quarantine({ quarantine: row }: RunStory): ReportSection[] {
  if (!row) return [];
  const { version, by, at, reason, release } = row;
  const facts: [string, string][] = [['Put in by', `${by} at ${at.toISOString()}: ${reason}`]];
  if (release) facts.push(['Released by', `${release.by} at ${release.at.toISOString()}: ${release.reason}`]);
  return [{ heading: `Quarantine of version ${version}`, facts }];
}

function timeline(story: RunStory): ReportSection {
  const rows = timelineOf(story).map(({ at, who, told }) => [at.toISOString(), who, told]);
  return { heading: 'What happened', table: { columns: ['When', 'Who', 'What'], rows } };
}

const time = (at: Date | undefined): string => at?.toISOString() ?? '';
