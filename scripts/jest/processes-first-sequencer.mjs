import { join, sep } from 'node:path';
import TestSequencer from '@jest/test-sequencer';
import { root } from '../setup/root.mjs';

const processes = ['test/e2e', 'test/chaos'].map((folder) => join(root, folder) + sep);

/**
 * Begins with the specs that start whole systems, longer than any other: begun last, one of them would keep the run
 * waiting beside an idle worker. Within both parts Jest's order stands: failed before, then long, then large files.
 */
export default class ProcessesFirstSequencer extends TestSequencer {
  sort(tests) {
    const last = ({ path }) => Number(!processes.some((folder) => path.startsWith(folder)));
    return super.sort(tests).sort((a, b) => last(a) - last(b));
  }
}
