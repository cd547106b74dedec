import { drawing, el, facts, figure, percent, pill, table, when, words } from './page.js';

/** One proposal: who asked, who agreed, how it was tried. */
export function deploymentCard(deployment) {
  const { kind, version, rollout } = deployment;
  const heading = kind === 'rollback' ? `Roll-back to version ${version}` : `Deployment of version ${version}`;
  return el(
    'section',
    null,
    el('h2', null, heading),
    el(
      'p',
      null,
      pill(deployment.status),
      ' ',
      el('span', { class: 'soft' }, `${deployment.strategy}; ${deployment.reason}`),
    ),
    approvals(deployment),
    rollout && rolloutPart(rollout),
  );
}

function approvals(deployment) {
  const { approvals: given, quorum, four_eyes: fourEyes, status } = deployment;
  const waits = status === 'awaiting_approval';
  const needed = `${quorum}${fourEyes ? ', not by who asked for it' : ''}`;
  const rows = given.map((one) => [one.actor, when(one.at), one.reason, hash(one.evidence_hash)]);
  const command = `npx retrain approve ${deployment.run_id ?? `${deployment.id} --deployment`} --evidence-hash ${deployment.evidence_hash}`;
  return [
    facts(
      [
        ['asked by', `${deployment.requested_by}, ${when(deployment.created_at)}`],
        [waits || given.length > 0 ? 'needs' : null, needed],
        ['expires', waits ? when(deployment.expires_at) : null],
        [
          'decided by',
          deployment.decided_by &&
            `${deployment.decided_by}, ${when(deployment.decided_at)}: ${deployment.decision_reason ?? ''}`,
        ],
        ['artifact', hash(deployment.artifact_sha256)],
        ['evidence', hash(deployment.evidence_hash)],
      ].filter(([name]) => name),
    ),
    rows.length > 0 && table(['Approved by', 'At', 'Because', 'On evidence'], rows),
    waits && el('p', { class: 'warn' }, `Waits for a person: ${given.length} of ${quorum} approvals.`),
    waits && el('pre', null, command),
  ];
}

const hash = (sha256) => (sha256 ? el('code', { title: sha256 }, sha256.slice(0, 12)) : '');

function rolloutPart(rollout) {
  const { plan, looks, last_look: last, strategy } = rollout;
  const rows = looks.map((look) => [
    look.number,
    when(look.as_of),
    percent(look.share),
    look.outcomes,
    figure(look.evidence.log_e_better),
    figure(look.evidence.log_e_worse),
    el('span', { class: look.verdict === 'roll_back' ? 'bad' : '' }, words(look.verdict)),
    look.reason,
  ]);
  return [
    el('h3', null, `Rollout: ${strategy} beside version ${rollout.champion} `, pill(rollout.status)),
    rollout.end_reason && el('p', null, rollout.end_reason),
    strategy === 'canary' && steps(rollout),
    chart(rollout.evidence_over_time),
    facts([
      ['since', when(rollout.started_at)],
      ['until', when(rollout.ended_at)],
      ['by', rollout.ended_by],
      ['share', `${percent(rollout.share)} of the callers`],
      ['each step', `${plan.min_outcomes_per_step} outcomes and ${plan.min_minutes_per_step} min at least`],
      ['deadline', `${plan.deadline_days} days`],
      ...guards(last?.evidence ?? {}),
    ]),
    looks.length > 0
      ? table(['Look', 'As of', 'Share', 'Outcomes', 'ln e better', 'ln e worse', 'Verdict', 'Because'], rows)
      : el('p', { class: 'soft' }, 'Nobody has looked yet.'),
  ];
}

function steps({ plan, step, status }) {
  const items = plan.steps.map((share, index) => {
    const state = index < step || status === 'promoted' ? 'good' : index === step ? 'warn' : 'soft';
    return el('li', { class: state }, percent(share));
  });
  return el('ol', { class: 'steps' }, ...items);
}

/** What protects callers whatever the outcomes say, as the last look saw it. */
function guards({ errors, latency, split }) {
  return [
    errors && [
      'errors',
      `challenger ${errors.challenger_errors} of ${errors.challenger_requests}, champion ${errors.champion_errors} of ${errors.champion_requests}`,
    ],
    latency && [
      '95 % within',
      `challenger ${figure(latency.challenger_p95_ms)} ms, champion ${figure(latency.champion_p95_ms)} ms (allowed ${figure(latency.limit_ms)} ms)`,
    ],
    split && [
      'split',
      `${split.challenger_keys} of ${split.keys} keys, ${figure(split.expected_keys)} meant (ln e ${figure(split.log_e)} of ${figure(split.limit)})`,
    ],
  ].filter(Boolean);
}

/** The evidence by outcomes; it decides where a line meets the dashed one. */
function chart({ points, limit_better: better, limit_worse: worse }) {
  if (points.length < 2) return null;
  const { svg, add } = drawing('0 0 720 220', 'Evidence that the challenger is better, or worse, by outcomes');
  svg.setAttribute('class', 'chart');
  const values = points.flatMap((point) => [point.log_e_better, point.log_e_worse]);
  const most = Math.max(better, worse, ...values) * 1.1;
  const least = Math.min(0, ...values);
  const last = Math.max(1, points.at(-1).n);
  const x = (n) => 44 + (n / last) * 668;
  const y = (value) => 8 + ((most - value) / (most - least)) * 188;
  const level = (value, text, colour, dash) => {
    add('line', {
      x1: 44,
      x2: 712,
      y1: y(value),
      y2: y(value),
      stroke: colour,
      ...(dash ? { 'stroke-dasharray': '5 4' } : {}),
    });
    add('text', { x: 38, y: y(value) + 4, 'text-anchor': 'end' }, text);
  };
  level(0, '0', 'var(--line)');
  level(better, better.toFixed(1), 'var(--good)', true);
  if (worse !== better) level(worse, worse.toFixed(1), 'var(--bad)', true);
  for (const [key, colour] of [
    ['log_e_better', 'var(--good)'],
    ['log_e_worse', 'var(--bad)'],
  ]) {
    const places = points.map((point) => `${x(point.n).toFixed(1)},${y(point[key]).toFixed(1)}`).join(' ');
    add('polyline', { points: places, fill: 'none', stroke: colour, 'stroke-width': 2 });
  }
  add('text', { x: 44, y: 216 }, '0');
  add('text', { x: 712, y: 216, 'text-anchor': 'end' }, `${last} outcomes`);
  const key = el(
    'p',
    { class: 'soft' },
    'ln of the e-value: ',
    el('span', { class: 'good' }, 'better'),
    ', ',
    el('span', { class: 'bad' }, 'worse'),
    '; it decides at the dashed line',
  );
  return el('figure', null, svg, key);
}
