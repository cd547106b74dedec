import { buildExamples } from '@retrain/core';
import { timed } from '../bar.js';
import { fit } from './bare-training.js';
import { benchModel, benchRows } from './bench-model.js';
import { recipes } from './settings.js';

// Entry of a process that fits one recipe when it is told to, again and again, and tells how many seconds each fit took.
const records = benchRows().map((row) => benchModel.parseRecord(row)!);
const dataset = buildExamples(benchModel, records);
process.on('message', () => void timed(() => fit(recipes[0]!, dataset)).then(({ seconds }) => process.send!(seconds)));
process.send!(0);
