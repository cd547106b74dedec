// What the pages share. Everything that comes from the API is put in as text.
export const at = (id) => document.getElementById(id);

export const el = (tag, attributes, ...children) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) node.setAttribute(name, value);
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
};

export const facts = (pairs) => {
  const list = el('dl');
  for (const [name, value] of pairs)
    if (value !== null && value !== undefined && value !== '')
      list.append(el('dt', null, name), el('dd', null, value instanceof Node ? value : String(value)));
  return list;
};

/** Figures and single words are not broken over lines. */
const isShort = (cell) => ['string', 'number'].includes(typeof cell) && String(cell).length <= 12;

export const table = (columns, rows) =>
  el(
    'div',
    { class: 'scroll' },
    el(
      'table',
      null,
      el('thead', null, el('tr', null, ...columns.map((name) => el('th', null, name)))),
      el(
        'tbody',
        null,
        ...rows.map((cells) =>
          el('tr', null, ...cells.map((cell) => el('td', isShort(cell) ? { class: 'short' } : null, cell ?? ''))),
        ),
      ),
    ),
  );

export const show = (id, ...children) => at(id).replaceChildren(...children.flat().filter(Boolean));

export const when = (text) => (text ? new Date(text).toLocaleString() : null);

export const percent = (value) => (typeof value === 'number' ? `${(100 * value).toFixed(1)} %` : '–');

/** A figure as people read it. */
export const figure = (value) =>
  typeof value === 'number' ? (Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)))) : '';

export const words = (text) => String(text ?? '').replaceAll('_', ' ');

export const get = async (path) => {
  const answer = await fetch(path, { headers: { accept: 'application/json' } });
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.detail ?? answer.statusText);
  return body;
};

/** The colour of a state, of a run or of anything that it led to. */
export const tone = (state) =>
  ({
    ...{ deployed: 'good', promoted: 'good', passed: 'good', completed: 'good', accepted: 'good', fitted: 'good' },
    ...{ awaiting_approval: 'warn', rolling_out: 'warn', running: 'warn', queued: 'warn', watching: 'warn' },
    ...{ under_way: 'warn', undecided: 'warn', expired: 'warn', fired: 'warn' },
    ...{ failed: 'bad', rejected: 'bad', rolled_back: 'bad', aborted: 'bad', ended: 'bad', error: 'bad' },
  })[state] ?? 'soft';

export const pill = (state) => el('span', { class: `pill ${tone(state)}` }, words(state));

/** A bar that is filled to a share 0..1. */
export const meter = (share, label) => {
  const percentage = Math.round(100 * Math.min(1, Math.max(0, share)));
  const bar = el('div', { class: 'meter', role: 'progressbar', 'aria-valuenow': percentage, 'aria-label': label });
  bar.append(el('span', { style: `width:${percentage}%` }));
  return bar;
};

/** Elements of a drawing; `size` is its viewBox. */
export const drawing = (size, label) => {
  const ns = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(ns, 'svg');
  svg.setAttribute('viewBox', size);
  if (label) {
    svg.setAttribute('role', 'img');
    svg.setAttribute('aria-label', label);
  }
  const add = (tag, attributes, text) => {
    const node = document.createElementNS(ns, tag);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    if (text) node.textContent = text;
    svg.append(node);
  };
  return { svg, add };
};

/** Calls the work at once, and again shortly after a burst of calls. */
export const settled = (work, milliseconds = 300) => {
  let timer;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(() => void work(), milliseconds);
  };
};

export const attempt = (work) => work().catch((error) => console.warn(error));

/** Follows the log; `told` gets every event, `progressed` how far runs are. */
export const follow = async (query, told, progressed) => {
  const source = new EventSource(`/events/stream?${new URLSearchParams({ ...query, progress: 'true' })}`);
  source.addEventListener('run.progressed', (message) => progressed(JSON.parse(message.data)));
  const { 'x-event-types': types = [] } = await get('/docs-json');
  for (const type of types) source.addEventListener(type, (message) => told(JSON.parse(message.data)));
  return source;
};
