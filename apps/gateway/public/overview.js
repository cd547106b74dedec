import { at, attempt, drawing, el, facts, follow, get, meter, percent, show, tone, when, words } from './page.js';

async function showHealth() {
  const health = await get('/health');
  const pill = at('health');
  pill.textContent = health.status;
  pill.className = `pill ${health.status === 'healthy' ? 'good' : 'bad'}`;
  pill.title = Object.entries(health.checks)
    .map(([part, state]) => `${part}: ${state}`)
    .join('\n');
}

async function showStatus() {
  const status = await get('/retraining/status');
  at('model').textContent = status.model;
  const { champion, current_run: run, pending_approval: pending } = status;
  show(
    'champion',
    el('div', { class: 'figure' }, champion ? `version ${champion.version}` : 'none yet'),
    champion &&
      facts([
        ['since', when(champion.since)],
        ['put there by', champion.actor],
        ['because', champion.reason],
      ]),
  );
  show(
    'watching',
    el('div', { class: `figure ${status.is_running ? '' : 'warn'}` }, status.is_running ? 'on schedule' : 'stopped'),
    facts([
      ['last check', when(status.last_check_time) ?? 'never'],
      ['next check', when(status.next_check_time)],
      ['predictions', `${status.predictions} (${status.prediction_count_since_retraining} since the last retraining)`],
      ['outcomes', status.outcomes],
      ['trigger events', status.total_trigger_events],
    ]),
  );
  const { circuit } = status;
  const refused =
    circuit.state !== 'closed' &&
    el('p', { class: 'bad' }, `The circuit is ${circuit.state} until ${when(circuit.open_until)}: ${circuit.reason}`);
  const waiting =
    pending &&
    el(
      'p',
      { class: 'warn' },
      el('a', { href: `/runs/${pending.run_id}` }, `Run ${pending.run_id.slice(0, 8)}`),
      ` waits for a person: version ${pending.version}.`,
    );
  const trial = await runningRollout(status.model);
  show(
    'run',
    el(
      'div',
      { class: 'figure' },
      run ? el('a', { href: `/runs/${run.id}` }, run.status) : trial ? `trying version ${trial.challenger}` : 'none',
    ),
    refused,
    waiting,
    trial && rolloutFacts(trial),
    run && el('div', { id: 'progress' }, meter(run.progress, 'progress of the stage')),
    run
      ? facts([
          ['stage', run.stage],
          ['triggers', run.triggers.join(', ')],
          ['requested', when(run.requested_at)],
        ])
      : facts([
          ['last', when(status.last_retraining_time) ?? 'never'],
          ['in all', status.total_retrainings],
        ]),
  );
}

async function runningRollout(model) {
  const path = `/models/${encodeURIComponent(model)}/rollouts`;
  const [newest] = (await get(`${path}?limit=1`)).items;
  return newest?.status === 'running' ? get(`${path}/${newest.id}`) : undefined;
}

function rolloutFacts({ strategy, champion, share, looks: [look], arms }) {
  const { log_e_better: better, log_e_worse: worse } = look?.evidence ?? {};
  const eValue = (ln) => (typeof ln === 'number' ? Math.exp(ln).toPrecision(3) : '–');
  return facts([
    ['rollout', `${strategy} beside version ${champion}, ${percent(share)} of the callers`],
    ['outcomes', look?.outcomes ?? 0],
    ['e-value', `better ${eValue(better)}, worse ${eValue(worse)}`],
    ['errors', `${arms.challenger.errors} of ${arms.challenger.requests} (champion ${arms.champion.errors})`],
  ]);
}

async function showRuns() {
  const { items } = await get('/retraining/runs?limit=12');
  const head = el(
    'tr',
    null,
    ...['requested', 'as of', 'status', 'triggers', 'version', 'accuracy', ''].map((name) => el('th', null, name)),
  );
  const rows = items.map((run) => {
    const results = run.result?.validation_results ?? {};
    const link = el('a', { href: `/runs/${run.id}` }, 'story');
    return el(
      'tr',
      null,
      el('td', null, when(run.requested_at)),
      el('td', null, run.as_of.slice(0, 10)),
      el('td', { class: tone(run.status) }, words(run.status)),
      el('td', null, run.triggers.join(', ')),
      el('td', null, run.candidate_version ?? '–'),
      el('td', null, `${percent(results.new_accuracy)} (before ${percent(results.current_accuracy)})`),
      el('td', null, link),
    );
  });
  show('runs', items.length ? el('table', null, head, ...rows) : el('p', { class: 'soft' }, 'No run yet.'));
}

async function showPerformance() {
  const name = at('model').textContent;
  const { series, overall } = await get(`/models/${encodeURIComponent(name)}/performance`);
  const points = series.slice(-60).filter(({ metrics }) => metrics.accuracy !== undefined);
  const told = `${overall.n} outcomes; accuracy ${percent(overall.metrics.accuracy)}, log loss ${overall.metrics.log_loss?.toFixed(4) ?? '–'}`;
  if (points.length < 2)
    return show('performance', el('p', { class: 'soft' }, overall.n ? told : 'No outcome is known yet.'));
  const { svg, add } = drawing('0 0 600 130', 'Accuracy by week');
  svg.setAttribute('preserveAspectRatio', 'none');
  for (const level of [0.25, 0.5, 0.75]) {
    const y = 120 - level * 110;
    add('line', { x1: 0, x2: 600, y1: y, y2: y, stroke: 'var(--line)' });
    add('text', { x: 2, y: y - 3 }, percent(level));
  }
  const place = ({ metrics }, index) => [(index / (points.length - 1)) * 600, 120 - metrics.accuracy * 110];
  add('polyline', {
    points: points.map(place).join(' '),
    fill: 'none',
    stroke: 'var(--accent)',
    'stroke-width': 2,
  });
  const span = `${points[0].from.slice(0, 10)} to ${points.at(-1).until.slice(0, 10)}. ${told}`;
  show('performance', svg, el('p', { class: 'soft' }, span));
}

async function showTeams() {
  const { teams } = await get('/teams');
  const form = at('ask').querySelector('form');
  for (const select of form.querySelectorAll('select'))
    select.replaceChildren(...teams.map((team) => el('option', null, team)));
  form.away_team.selectedIndex = 1;
  at('ask').hidden = false;
  form.onsubmit = async (event) => {
    event.preventDefault();
    const answer = await fetch('/predict', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ home_team: form.home_team.value, away_team: form.away_team.value }),
    });
    const told = await answer.json();
    if (!answer.ok) return show('answer', el('p', { class: 'bad' }, told.detail));
    const parts = [
      ['home_win_probability', '#2f6fed'],
      ['draw_probability', '#7b8694'],
      ['away_win_probability', '#b4541f'],
    ];
    const bar = el(
      'div',
      { class: 'bar' },
      ...parts.map(([key, colour]) =>
        el('span', { style: `flex:${told[key]};background:${colour}` }, percent(told[key])),
      ),
    );
    const notes = [`${told.predicted_result}; version ${told.model_version}`, ...told.warnings].join(' · ');
    show('answer', bar, el('p', { class: 'soft' }, notes));
  };
}

// The short facts of a payload; all of it is in the title and under /events.
const gist = (payload) => {
  const short = (value) =>
    Array.isArray(value) ? value.every((one) => typeof one !== 'object') : typeof value !== 'object';
  const facts = Object.entries(payload).filter(([name, value]) => short(value) && !/sha256|Id$/.test(name));
  const text = facts.map(([name, value]) => `${name}: ${Array.isArray(value) ? value.join(', ') : value}`).join(' · ');
  return text.length > 140 ? `${text.slice(0, 140)}…` : text;
};

function listen() {
  const list = at('events');
  const add = (event, first) => {
    const time = new Date(event.recorded_at).toLocaleTimeString([], { hour12: false });
    const line = el(
      'div',
      { title: JSON.stringify(event.payload, null, 1).slice(0, 2000) },
      el('span', { class: 'soft' }, time),
      el('span', null, event.type, el('br'), el('code', null, gist(event.payload))),
    );
    if (first) list.prepend(line);
    else list.append(line);
    while (list.childElementCount > 100) list.lastChild.remove();
  };
  void get('/events?limit=30').then(({ items }) => {
    for (const event of items) add(event, false);
    const told = (event) => {
      add(event, true);
      void refresh();
    };
    const progressed = ({ progress, stage }) => {
      at('progress')?.replaceChildren(
        meter(progress, 'progress of the stage'),
        `${stage ?? 'waits'}: ${percent(progress)}`,
      );
    };
    void attempt(() => follow({ after: items[0]?.seq ?? 0 }, told, progressed));
  });
}

async function refresh() {
  await attempt(showHealth);
  await attempt(showStatus);
  await Promise.all([attempt(showRuns), attempt(showPerformance)]);
  if (at('ask').hidden) await attempt(showTeams);
}
await refresh();
listen();
setInterval(refresh, 10_000);
