import { readFileSync } from 'node:fs';
import { isFinal, runTransitions, type RunStatus } from '@retrain/core';

/** The state diagram of a run, as Mermaid, from the table that the code obeys. */
function diagram(): string {
  const lines = ['stateDiagram-v2', '  [*] --> queued'];
  for (const [from, targets] of Object.entries(runTransitions)) {
    for (const to of targets) lines.push(`  ${from} --> ${to}`);
    if (isFinal(from as RunStatus)) lines.push(`  ${from} --> [*]`);
  }
  return lines.join('\n');
}

describe('the architecture document', () => {
  it('draws the states of a run as the code has them', () => {
    const document = readFileSync(new URL('../../docs/architecture.md', import.meta.url), 'utf8');
    expect(document).toContain(diagram());
  });
});
