import { defineNotifier, readOptions, type NotifierDefinition } from '@retrain/core';

const levels = ['debug', 'info', 'warn', 'error'] as const;
type Level = (typeof levels)[number];

export type NoticeLog = Record<Level, (facts: object, message: string) => void>;

/** Writes each notice as one line of this process's log, at the level that `level` names (info when not given). */
export function logNotifier(log: NoticeLog): NotifierDefinition {
  return defineNotifier({
    name: 'log',
    description: 'Writes events as lines of the log.',
    parseOptions: (raw) => readOptions(raw, { level: { kind: 'choice', choices: levels } }),
    notify: async ({ title, seq, type, model, runId, actor }, { level }) => {
      log[(level ?? 'info') as Level]({ event: type, seq, model, run_id: runId, actor }, title);
    },
  });
}
