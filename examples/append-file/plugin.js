import { appendFile } from 'node:fs/promises';
import { defineNotifier, readOptions } from '@retrain/core';

/** Appends each notice as a line of JSON to the file `path`, relative to the project. A notice may come twice: `seq` tells. */
const appendFileNotifier = defineNotifier({
  name: 'append_file',
  description: 'Appends events to a file, one line of JSON each.',
  parseOptions: (raw) => readOptions(raw, { path: { kind: 'text', required: true } }),
  // A rejection is logged and means "again later".
  notify: async (notice, { path }) => appendFile(path, `${JSON.stringify(notice)}\n`),
});

/** @type {import('@retrain/core').Plugin} */
export const plugin = { name: 'append-file', notifiers: [appendFileNotifier] };
