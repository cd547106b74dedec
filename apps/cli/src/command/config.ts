import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { renderConfig, type Plugin } from '@retrain/core';
import type { Command } from 'commander';
import { CommandFailed, exitCode } from '../exit-code.js';
import { action } from './context.js';

export function addConfigCommands(program: Command): void {
  program
    .command('validate')
    .description('check the configuration file; needs nothing running')
    .action(
      action(async ({ output, options }) => {
        const { checkConfigFile } = await import('@retrain/infra');
        const issues = await checkConfigFile(resolve(options.config), process.cwd(), await ownPlugins());
        if (issues.length === 0) {
          output.result({ valid: true, issues }, () => output.line(`${options.config} is valid.`));
          return;
        }
        if (output.json) output.result({ valid: false, issues }, () => undefined);
        throw new CommandFailed(
          exitCode.failed,
          `${options.config} has ${issues.length} problem${issues.length === 1 ? '' : 's'}:`,
          issues.map(({ path, message, given }) => {
            const shown = given === undefined ? '' : ` (given: ${JSON.stringify(given)})`;
            return `${path ? `${path}: ` : ''}${message}${shown}`;
          }),
        );
      }),
    );

  program
    .command('create-config')
    .description('write a configuration file with every key, its meaning and its default')
    .option('--force', 'replace an existing file', false)
    .action(
      action(async ({ output, options }, given: { force: boolean }) => {
        const path = resolve(options.config);
        if (existsSync(path) && !given.force) {
          throw new CommandFailed(exitCode.refused, `${options.config} is there already; --force replaces it.`);
        }
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, renderConfig());
        output.result({ path }, () => output.line(`Wrote ${options.config}.`));
      }),
    );
}

/** The plug-ins that the product brings along: the reference model and the trainers. */
async function ownPlugins(): Promise<readonly Plugin[]> {
  const [{ plugin }, { mlPlugin }] = await Promise.all([import('@retrain/premier-league'), import('@retrain/ml')]);
  return [plugin, mlPlugin];
}
