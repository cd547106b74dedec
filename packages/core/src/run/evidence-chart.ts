/** The evidence of a rollout over its outcomes, with the level at which it decides. */
export interface EvidenceChart {
  readonly points: readonly {
    readonly outcomes: number;
    /** Ln of the e-values. */
    readonly better: number;
    readonly worse: number;
  }[];
  /** Ln of the e-value that promotes, and of the one that rolls back. */
  readonly limits: { readonly better: number; readonly worse: number };
}

const [WIDTH, HEIGHT, LEFT, BOTTOM] = [720, 220, 44, 24];

/** The chart as an SVG that takes its colours from the page: `--good`, `--bad`, `--line`. Empty below two points. */
export function evidenceSvg({ points, limits }: EvidenceChart): string {
  if (points.length < 2) return '';
  const values = points.flatMap(({ better, worse }) => [better, worse]);
  const most = Math.max(limits.better, limits.worse, ...values) * 1.1;
  const least = Math.min(0, ...values);
  const last = Math.max(1, points.at(-1)!.outcomes);
  const x = (outcomes: number) => LEFT + (outcomes / last) * (WIDTH - LEFT - 8);
  const y = (value: number) => 8 + ((most - value) / (most - least)) * (HEIGHT - BOTTOM - 8);
  const line = (side: 'better' | 'worse', colour: string) => {
    const places = points.map((point) => `${round(x(point.outcomes))},${round(y(point[side]))}`).join(' ');
    return `<polyline points="${places}" fill="none" stroke="var(${colour})" stroke-width="2"/>`;
  };
  const level = (value: number, label: string, colour: string, dash = '') => {
    const ends = `x1="${LEFT}" x2="${WIDTH - 8}" y1="${round(y(value))}" y2="${round(y(value))}"`;
    const text = `<text x="${LEFT - 6}" y="${round(y(value) + 4)}" text-anchor="end">${label}</text>`;
    return `<line ${ends} stroke="var(${colour})"${dash}/>${text}`;
  };
  const dashed = ' stroke-dasharray="5 4"';
  return [
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Evidence by outcomes">`,
    level(0, '0', '--line'),
    level(limits.better, limits.better.toFixed(1), '--good', dashed),
    limits.worse === limits.better ? '' : level(limits.worse, limits.worse.toFixed(1), '--bad', dashed),
    line('better', '--good'),
    line('worse', '--bad'),
    `<text x="${LEFT}" y="${HEIGHT - 6}">ln of the e-value: better (green), worse (red); decided at the dashed line</text>`,
    `<text x="${WIDTH - 8}" y="${HEIGHT - 6}" text-anchor="end">${last} outcomes</text></svg>`,
  ].join('');
}

const round = (value: number): string => value.toFixed(1);
