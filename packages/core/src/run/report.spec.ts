import fc from 'fast-check';
import { aRun } from '../testing/builders.js';
import { retrain, withChampion } from '../testing/loop.js';
import { reportHtml } from './report-html.js';
import { reportMarkdown } from './report-markdown.js';
import type { TrainingRun } from './training-run.js';

const queued = (overrides: Partial<TrainingRun> = {}): TrainingRun => ({
  ...aRun(),
  status: 'queued',
  attempt: 0,
  progress: 0,
  coalesced: 0,
  outputs: {},
  ...overrides,
});

describe('the report of a run', () => {
  it('says why it ran, on what, how both models did, what each gate said, and why it ended so', async () => {
    const house = await withChampion({ config: { enable_automatic_deployment: true } });
    const run = await retrain(house, { triggers: ['data_drift'], reason: 'the tilt has moved' });
    for (const report of [reportMarkdown(run), reportHtml(run)]) {
      for (const text of [
        'data',
        'the tilt has moved',
        'deployed automatically',
        'Log loss',
        'improvement',
        'Classes',
      ]) {
        expect(report.replaceAll('\\', '')).toContain(text);
      }
    }
  });

  it('is there in every state, also before anything is known', () => {
    expect(reportMarkdown(queued())).toContain('waits for a trainer');
    const failure = { code: 'data_file_missing', message: 'no such file', stage: 'prepare' as const, retryable: false };
    expect(reportMarkdown(queued({ status: 'failed', failure }))).toMatch(/failed.*champion was not touched/);
  });

  it('as HTML never lets a reason become markup', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const reason = `<script>alert('${text}')</script><img src=x onerror="${text}">`;
        const html = reportHtml(queued({ reason, triggers: [reason], requestedBy: reason }));
        expect(html).not.toMatch(/<script|<img/);
      }),
    );
  });

  it('as Markdown keeps a table a table, whatever a reason says', () => {
    const reason = 'a | b\n# c <b> [d](e) `f`';
    const markdown = reportMarkdown(queued({ reason }));
    expect(markdown).toContain('a \\| b \\# c \\<b\\> \\[d\\](e) \\`f\\`');
  });
});
