import { Command } from 'commander';
import { addDeploymentCommands } from './command/approvals.js';
import { addBacktestCommand } from './command/backtest.js';
import { addCircuitCommand } from './command/circuit.js';
import { addConfigCommands } from './command/config.js';
import { addDemoCommand } from './command/demo.js';
import { addHistoryCommands } from './command/history.js';
import { addLineageCommand } from './command/lineage.js';
import { addModelCommands } from './command/models.js';
import { addReplayCommand } from './command/replay.js';
import { addRolloutCommands } from './command/rollouts.js';
import { addReproduceCommand } from './command/reproduce.js';
import { addRunCommands } from './command/runs.js';
import { addScheduleCommands } from './command/schedule.js';
import { addTriggerCommands } from './command/trigger.js';

/** The whole command line. Commands throw CommandFailed; nothing here ends the process. */
export function buildProgram(): Command {
  const program = new Command('retrain')
    .description('Watch, retrain, judge and deploy models in production. Times are UTC.')
    .option('--url <url>', 'the gateway', process.env.RETRAIN_URL ?? 'http://127.0.0.1:8000')
    .option('--api-key <key>', 'API key, where the gateway asks for one', process.env.RETRAIN_API_KEY)
    .option('--config <file>', 'configuration file', process.env.RETRAIN_CONFIG ?? 'config/retraining_config.yaml')
    .option('--model <name>', 'the model; the first configured one unless given')
    .option('--json', 'print JSON for scripts', false)
    .option('--verbose', 'say more', false)
    .showHelpAfterError('(run `retrain --help` for all commands)')
    .exitOverride();

  addScheduleCommands(program);
  addTriggerCommands(program);
  addRunCommands(program);
  addReproduceCommand(program);
  addLineageCommand(program);
  addModelCommands(program);
  addRolloutCommands(program);
  addCircuitCommand(program);
  addDeploymentCommands(program);
  addHistoryCommands(program);
  addConfigCommands(program);
  addReplayCommand(program);
  addBacktestCommand(program);
  addDemoCommand(program);
  return program;
}
