import type { ArtifactRef } from '../../model/model-version.js';
import type { TrainingRun } from '../../run/training-run.js';
import { aModelVersion, aPiece, aRun } from '../builders.js';
import { worldPerTest, type ContractWorld, type MakeWorld } from './contract-world.js';

const ref = (name: string): ArtifactRef => ({ uri: `store:${name}`, sha256: name, bytes: 1 });
const uris = (...names: string[]) => new Set(names.map((name) => ref(name).uri));
const outputs = {
  prepare: { snapshot: ref('rows'), championVersion: 1 },
  train: { evidence: ref('evidence') },
} as const;

/** What the rows say about the artifact store. */
export function describeArtifactReferences(name: string, make: MakeWorld): void {
  describe(`ArtifactReferences ${name}`, () => {
    const world = worldPerTest(make);
    const { runId: _, ...template } = aModelVersion();
    const version = ({ models }: ContractWorld, artifact: string, runId?: string) =>
      models.addVersion({ ...template, artifact: ref(artifact), referenceSample: ref(`${artifact} sample`), runId });

    /** A run that compares with version 1 and has made a version of its own. */
    async function trained({ runs, clock, ...rest }: ContractWorld): Promise<TrainingRun> {
      const { id } = (await runs.insert(aRun()))!;
      const until = new Date(clock.now().getTime() + 60_000);
      await runs.claim(id, 'token', clock.now(), until, 1);
      await runs.completeStage(id, 'token', 'prepare', JSON.parse(JSON.stringify(outputs.prepare)));
      await runs.completeStage(id, 'token', 'train', JSON.parse(JSON.stringify(outputs.train)));
      const made = await version({ runs, clock, ...rest }, 'candidate', id);
      await runs.setCandidate(id, 'token', made.version);
      return (await runs.find(id))!;
    }

    it('are none at first', async () => {
      expect(await world().references.all()).toEqual(new Set());
    });

    it('of a version end with its deletion', async () => {
      const { references, models } = world();
      await version(world(), 'first');
      await version(world(), 'second');
      expect(await references.all()).toEqual(uris('first', 'first sample', 'second', 'second sample'));
      await models.markDeleted('coin', 1, 'ann');
      expect(await references.all()).toEqual(uris('second', 'second sample'));
    });

    it('of a run last until it is over and its version deleted', async () => {
      const { references, models, runs, clock } = world();
      await version(world(), 'champion');
      const { id } = await trained(world());
      const [frozen, own] = [
        ['rows', 'evidence'],
        ['candidate', 'candidate sample'],
      ];
      expect(await references.all()).toEqual(uris(...frozen!, ...own!, 'champion', 'champion sample'));
      for (const number of [1, 2]) await models.markDeleted('coin', number, 'ann');
      // The run may still read what it has made and what it compares with.
      expect(await references.all()).toEqual(uris(...frozen!, 'candidate', 'champion'));
      await runs.conclude(id, 'token', { status: 'rejected', at: clock.now() });
      expect(await references.all()).toEqual(new Set());
    });

    it('of a run that is over last as long as its version', async () => {
      const { references, models, runs, clock } = world();
      await version(world(), 'champion');
      const { id } = await trained(world());
      await runs.conclude(id, 'token', { status: 'awaiting_approval', at: clock.now() });
      await models.markDeleted('coin', 1, 'ann');
      expect(await references.all()).toContain(ref('champion').uri);
      await runs.decide(id, 'awaiting_approval', { status: 'rejected', at: clock.now() });
      expect(await references.all()).toEqual(uris('rows', 'evidence', 'candidate', 'candidate sample'));
    });

    it('of a fit last as long as its row: what it reads, begins from and left', async () => {
      const { references, runs, pieces, clock } = world();
      const run = (await runs.insert(aRun()))!;
      const work = { ...aPiece().work, snapshot: ref('rows'), initial: ref('parent') };
      const piece = { ...aPiece(), work };
      await pieces.add(run, [piece], clock.now());
      expect(await references.all()).toEqual(uris('rows', 'parent'));
      await pieces.claim(piece.id, 'token', clock.now(), new Date(clock.now().getTime() + 60_000));
      await pieces.complete(piece.id, 'token', clock.now(), { outcome: ref('scores'), artifact: ref('fitted') });
      expect(await references.all()).toEqual(uris('rows', 'parent', 'scores', 'fitted'));
      await pieces.forget(piece.key);
      expect(await references.all()).toEqual(new Set());
    });
  });
}
