import {
  at,
  attempt,
  el,
  facts,
  figure,
  follow,
  get,
  meter,
  percent,
  pill,
  settled,
  show,
  table,
  tone,
  when,
  words,
} from './page.js';
import { deploymentCard } from './run-deployment.js';

const id = decodeURIComponent(location.pathname.split('/').filter(Boolean).at(-1) ?? '');
const path = `/retraining/runs/${encodeURIComponent(id)}`;

/** Fills a section, or hides it when there is nothing to say. */
const section = (name, heading, ...children) => {
  const said = children.flat(Infinity).filter(Boolean);
  at(name).hidden = said.length === 0;
  show(name, heading && el('h2', null, heading), said);
};

const seconds = (from, until) => (from && until ? (new Date(until) - new Date(from)) / 1000 : null);

/** The chapters of the story, and how far it is. */
function chapters({ run, stages, deployments, probations, alias_moves: moves, firing }) {
  const own = deployments.find(({ kind, version }) => kind === 'promotion' && version === run.candidate_version);
  const gates = run.result?.gates ?? [];
  const done = stages.filter(({ state }) => state === 'completed').length;
  const served = moves.some(({ alias, version }) => alias === 'champion' && version === run.candidate_version);
  const left = moves.some((move) => move.alias === 'champion' && move.previous_version === run.candidate_version);
  const refused = gates.find(({ accepted }) => !accepted);
  const probation = probations.at(-1);
  // The next check will say so.
  const cutShort = left && probation?.status === 'watching';
  const over = ['failed', 'cancelled'].includes(run.status);
  return [
    ['Trigger', firing ? 'fired' : `by ${run.requested_by}`, 'good'],
    ['Stages', `${done} of ${stages.length}`, done === stages.length ? 'good' : over ? 'bad' : 'warn'],
    [
      'Gates',
      gates.length ? (refused ? 'refused' : 'passed') : 'ahead',
      gates.length ? (refused ? 'bad' : 'good') : 'soft',
    ],
    ['Approval', ...approvalState(own)],
    [
      'Rollout',
      own?.rollout ? words(own.rollout.status) : own ? own.strategy : 'ahead',
      own?.rollout ? tone(own.rollout.status) : own ? 'good' : 'soft',
    ],
    ['Champion', left ? 'was' : served ? 'is' : 'not', left ? 'warn' : served ? 'good' : 'soft'],
    [
      'Probation',
      cutShort ? 'cut short' : probation ? words(probation.status) : served ? 'not begun' : 'ahead',
      probation ? tone(probation.status) : 'soft',
    ],
  ];
}

function approvalState(deployment) {
  if (!deployment) return ['ahead', 'soft'];
  const { status, approvals, quorum } = deployment;
  if (status === 'awaiting_approval') return [`${approvals.length} of ${quorum}`, 'warn'];
  if (approvals.length > 0) return [`${approvals.length} of ${quorum}`, 'good'];
  if (['rejected', 'expired', 'superseded'].includes(status) && !deployment.rollout) return [words(status), 'bad'];
  return ['automatic', 'good'];
}

function showHead(story) {
  const { run } = story;
  document.title = `${run.model}: ${words(run.status)} · retrain`;
  at('title').textContent = `${run.model} · run ${run.id.slice(0, 8)}`;
  at('status').replaceChildren(pill(run.status));
  show(
    'links',
    el('a', { href: `${path}/report` }, 'Report'),
    el('a', { href: `${path}/lineage` }, 'Lineage'),
    el('a', { href: `/events?run_id=${encodeURIComponent(id)}` }, 'Events'),
  );
  const steps = chapters(story).map(([name, said, colour]) => el('li', { class: colour }, el('b', null, name), said));
  const because = run.failure?.message ?? run.result?.ended_because;
  const back = story.deployments.find(({ kind, version }) => kind === 'rollback' && version !== run.candidate_version);
  const left = back && `Rolled back to version ${back.version} by ${back.requested_by}: ${back.reason}`;
  show(
    'summary',
    el('ol', { class: 'chapters' }, ...steps),
    because && el('p', null, because),
    left && el('p', { class: 'bad' }, left),
    progressOf(run),
  );
}

/** How far a run is that is under way. */
function progressOf(run) {
  if (!['queued', 'running'].includes(run.status)) return null;
  const { fits, eta_seconds: eta } = run;
  const told = [
    run.stage ? `${run.stage}: ${percent(run.progress)}` : 'waits for a trainer',
    fits &&
      `${fits.done + fits.failed} of ${fits.total} fits done, ${fits.running} at work${fits.cached ? `, ${fits.cached} taken over` : ''}`,
    eta !== null && `about ${Math.ceil(eta)} s left`,
    `attempt ${run.attempt}`,
  ];
  return el(
    'div',
    { id: 'progress' },
    meter(run.progress, 'progress of the stage'),
    el('p', { class: 'soft' }, told.filter(Boolean).join(' · ')),
  );
}

function showWhy({ run, firing }) {
  const rows = (firing?.verdicts ?? []).map((verdict) => [
    el('b', null, words(verdict.trigger)),
    pill(verdict.verdict),
    figure(verdict.score),
    figure(verdict.threshold),
    figure(verdict.n),
    el('span', null, verdict.reason, evidence(verdict.evidence)),
  ]);
  section(
    'why',
    'Why it ran',
    firing ? table(['Trigger', 'Verdict', 'Score', 'Threshold', 'Rows', 'Because'], rows) : el('p', null, run.reason),
  );
  section(
    'what',
    'Request',
    facts([
      ['by', `${run.requested_by}${run.forced ? ' (forced)' : ''}`],
      ['at', when(run.requested_at)],
      ['as of', when(run.as_of)],
      ['triggers', run.triggers.join(', ')],
      ['met by firings', run.coalesced_signals || null],
      ['configuration', `revision ${run.config_revision}`],
      ['finished', when(run.finished_at)],
      ['cancelled by', run.cancel_requested && `${run.cancel_requested.by}: ${run.cancel_requested.reason}`],
    ]),
  );
}

/** Figures behind a verdict, to be opened. */
function evidence(given) {
  const entries = Object.entries(given ?? {});
  if (entries.length === 0) return null;
  const text = JSON.stringify(given, null, 1);
  return el('details', null, el('summary', null, 'evidence'), el('pre', null, text));
}

function showWork({ run, stages, fits }) {
  const longest = Math.max(
    0.001,
    ...stages.map(({ started_at: from, finished_at: until }) => seconds(from, until) ?? 0),
  );
  const rows = stages.map(({ stage, state, started_at: from, finished_at: until, attempts }) => {
    const took = seconds(from, until);
    return [
      stage,
      pill(state),
      took === null ? '' : meter(took / longest, `${took} s`),
      took === null ? '' : `${figure(took)} s`,
      attempts > 1 ? el('span', { class: 'warn' }, `${attempts} attempts`) : '',
    ];
  });
  section('stages', 'Stages', table(['Stage', 'State', '', 'Took', ''], rows));
  const results = run.result?.validation_results;
  const [candidate, champion] = [results?.new_metrics, results?.current_metrics];
  const names = Object.keys(candidate ?? {});
  section(
    'candidate',
    run.candidate_version ? `Candidate: version ${run.candidate_version}` : 'Candidate',
    names.length > 0 &&
      table(
        ['On the same rows', 'Candidate', 'Champion'],
        names.map((name) => [words(name), figure(candidate[name]), figure(champion?.[name])]),
      ),
    run.result?.data_stats &&
      facts([
        ['rows', run.result.data_stats.total_samples],
        ['judged on', run.result.data_stats.validation_samples],
        ['from', run.result.data_source?.path],
      ]),
  );
  const told = fits.map(
    ({ trainer, options, fit_rows: rows, judged, status, cached, seconds: took, attempts, failure }) => [
      el('span', { title: JSON.stringify(options) }, trainer),
      `${rows}`,
      judged ? `rows ${judged.from} to ${judged.to}` : el('b', null, 'the candidate'),
      el(
        'span',
        null,
        pill(cached ? 'cached' : status),
        attempts > 1 && ` ${attempts} attempts`,
        failure && el('div', { class: 'bad' }, failure),
      ),
      cached || took === null ? '' : `${figure(took)} s`,
    ],
  );
  section(
    'fits',
    told.length && 'Fits',
    told.length && table(['Trainer', 'Fitted on', 'Judged on', 'State', 'Took'], told),
  );
}

function showGates({ run }) {
  const gates = run.result?.gates ?? [];
  const rows = gates.map((gate) => [
    el('b', null, words(gate.gate)),
    el(
      'span',
      { class: `pill ${gate.accepted ? 'good' : 'bad'}` },
      gate.accepted ? 'accepted' : `refused: ${words(gate.code)}`,
    ),
    figure(gate.score),
    figure(gate.threshold),
    gate.interval ? gate.interval.map(figure).join(' to ') : '',
    gate.reason,
  ]);
  section(
    'gates',
    gates.length && 'Gates',
    gates.length && table(['Gate', 'Verdict', 'Score', 'Threshold', '95 % interval', 'Because'], rows),
  );
}

function showAfter({ deployments, alias_moves: moves, probations, quarantine, timeline }) {
  section('deployments', null, deployments.map(deploymentCard));
  section(
    'aliases',
    moves.length && 'Aliases',
    moves.length &&
      table(
        ['Moved at', 'Alias', 'Version', 'By', 'Because'],
        moves.map((move) => [
          when(move.since),
          move.alias,
          `${move.previous_version ?? '–'} → ${move.version}`,
          move.actor,
          move.reason,
        ]),
      ),
  );
  const watched = probations.map((one) => [
    el('p', null, pill(one.status), ` version ${one.version}; goes back to version ${one.previous_version}`),
    meter(one.outcomes / Math.max(1, one.needed), 'outcomes'),
    facts([
      ['outcomes', `${one.outcomes} of ${one.needed}`],
      ['until', when(one.until)],
      ['last look', when(one.checked_at) ?? 'none yet'],
      ['verdict', one.reason],
    ]),
    evidence(one.evidence),
  ]);
  const locked = quarantine && [
    el('h2', { class: 'bad' }, 'Quarantine'),
    facts([
      ['state', pill(quarantine.state)],
      ['put in by', quarantine.by],
      ['at', when(quarantine.at)],
      ['because', quarantine.reason],
      ['released by', quarantine.release && `${quarantine.release.by}: ${quarantine.release.reason}`],
    ]),
  ];
  section('watch', probations.length && 'Probation', watched, locked);
  const rows = [...timeline]
    .reverse()
    .map(({ at: time, chapter, who, told }) =>
      el(
        'li',
        { class: chapter },
        el('time', { datetime: time }, when(time)),
        el('span', { class: 'soft' }, who),
        el('span', null, told),
      ),
    );
  section('timeline', 'What happened, newest first', el('ol', { class: 'timeline' }, ...rows));
}

/** Loaded once somebody asks: it never changes for a run that is over. */
function offerLineage() {
  const place = el('pre', null, '…');
  const details = el(
    'details',
    null,
    el('summary', null, 'Lineage: data, code, configuration, environment, fits'),
    place,
  );
  details.addEventListener('toggle', () => {
    if (details.open)
      void get(`${path}/lineage`).then((lineage) => (place.textContent = JSON.stringify(lineage, null, 2)));
  });
  section('lineage', null, details);
}

let run;
async function refresh() {
  const story = await get(`${path}/story`);
  run = story.run;
  showHead(story);
  showWhy(story);
  showWork(story);
  showGates(story);
  showAfter(story);
}

try {
  await refresh();
  offerLineage();
  const again = settled(() => attempt(refresh));
  void attempt(() =>
    follow({ run_id: id }, again, (progress) => {
      if (!run || (progress.stage === run.stage && progress.status === run.status)) {
        run = { ...run, ...progress };
        at('progress')?.replaceWith(progressOf(run) ?? '');
      } else again();
    }),
  );
  // Looks and probations move without an event.
  setInterval(() => void attempt(refresh), 15_000);
} catch (error) {
  show('summary', el('p', { class: 'bad' }, error.message));
}
