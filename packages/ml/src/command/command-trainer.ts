import { defineTrainer, type FitRequest, type FittedModel, type JsonObject } from '@retrain/core';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withLineage } from '../onnx/with-lineage.js';
import { fitLineage } from '../trainer/fit-lineage.js';
import { locateCommand, parseCommandOptions, type CommandOptions } from './command-options.js';
import { readAnswer, writeJob } from './job-folder.js';
import { programFiles } from './program-files.js';
import { programVariables, runProgram } from './run-program.js';

const NAME = 'command';

/**
 * Any program in any language as a trainer: it gets a folder with the rows and leaves an ONNX file behind.
 *
 * What it says of its model is shown, never trusted: artifact, scores and metrics are checked and computed like those of
 * every trainer. The contract is in docs/command-trainer.md.
 */
export const commandTrainer = defineTrainer({
  name: NAME,
  description: 'Any program: it reads rows from a folder and writes an ONNX model into it.',
  tasks: ['classification', 'regression'],
  runsPrograms: true,
  parseOptions: parseCommandOptions,
  fit,
});

async function fit(request: FitRequest): Promise<FittedModel> {
  const options = request.options as CommandOptions & JsonObject;
  const folder = mkdtempSync(join(tmpdir(), 'retrain-command-'));
  // The program is told to end by the same signal; it may clean up until the host loses its patience.
  process.on('SIGTERM', endedByProgram);
  try {
    writeJob(folder, request, options);
    const command = locateCommand(options.command, process.cwd());
    // What it is now, before it runs: an edit of the program makes another model of the same recipe.
    const files = programFiles(command);
    const { log } = await runProgram(command, folder, (fraction) => request.onProgress(fraction));
    const { artifact, check, result } = readAnswer(folder, request.dataset);
    return {
      artifact: withLineage(artifact, fitLineage(NAME, request)),
      check,
      diagnostics: {
        reported: result,
        log,
        program: { files: files.map((file) => ({ ...file })), set: { ...programVariables } },
      },
    };
  } finally {
    process.off('SIGTERM', endedByProgram);
    rmSync(folder, { recursive: true, force: true });
  }
}

function endedByProgram(): void {}
