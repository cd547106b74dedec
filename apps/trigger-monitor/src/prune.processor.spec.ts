import type { Pruned, PruneService } from '@retrain/core';
import { AppLog, createLogger, Metrics } from '@retrain/infra';
import { PruneProcessor } from './prune.processor.js';

const signal = new AbortController().signal;
const swept = { files: 0, bytes: 0, setAside: 0, leftovers: 0, found: { files: 0, bytes: 0 } };
const nothing: Pruned = { predictions: 0, evaluations: 0, pieces: 0, versions: 0, artifacts: swept };

function processor(pruned: Pruned) {
  const lines: string[] = [];
  const write = (line: string) => lines.push(line);
  const log = new AppLog(createLogger({ app: 'trigger-monitor', logLevel: 'info', logFormat: 'text' }, { write }));
  const metrics = new Metrics();
  const pruning = { execute: async () => pruned } as unknown as PruneService;
  return { processor: new PruneProcessor(pruning, metrics, log), metrics, lines };
}

describe('pruning', () => {
  it('shows what was removed as metrics and says so once', async () => {
    const artifacts = { ...swept, files: 2, bytes: 300, setAside: 1, found: { files: 5, bytes: 1000 } };
    const { processor: pruner, metrics, lines } = processor({ ...nothing, predictions: 7, versions: 1, artifacts });
    await pruner.process({}, signal);
    const text = await metrics.registry.metrics();
    for (const line of [
      'retrain_retention_removed_total{kind="predictions"} 7',
      'retrain_retention_removed_total{kind="fits"} 0',
      'retrain_retention_removed_total{kind="versions"} 1',
      'retrain_retention_removed_total{kind="artifacts"} 2',
      'retrain_retention_removed_bytes_total 300',
      'retrain_artifact_bytes 700',
    ])
      expect(text).toContain(line);
    expect(lines).toHaveLength(1);
  });

  it('is silent when there was nothing to do, and warns when files may not be touched', async () => {
    const quiet = processor(nothing);
    await quiet.processor.process({}, signal);
    expect(quiet.lines).toEqual([]);
    const held = processor({ ...nothing, artifacts: { ...swept, held: 'another database keeps artifacts here' } });
    await held.processor.process({}, signal);
    expect(held.lines.join()).toContain('another database keeps artifacts here');
    expect(await held.metrics.registry.metrics()).not.toContain('retrain_artifact_bytes 1');
  });
});
