import { pause, type World } from './world.js';

/** What goes wrong. `choose` answers a number from 0 up to, but without, its argument: the same for the same round. */
export interface Fault {
  readonly name: string;
  readonly needs?: 'disk' | 'redis';
  /** Lets it happen, and mends it. */
  strike(world: World, choose: (below: number) => number): Promise<void>;
}

/** Where the two trainers stand among the processes of a world. */
const trainers = [2, 3] as const;

/** One of the trainers, the other one, or both. */
const victims = (choose: (below: number) => number): readonly number[] =>
  [[trainers[0]], [trainers[1]], trainers][choose(3)]!;

/** Longer than the lease of a run: somebody else takes over before the frozen one thaws. */
const FROZEN_MS = 12_500;

export const faults: readonly Fault[] = [
  {
    name: 'SIGKILL of trainers, and their restart',
    async strike({ system }, choose) {
      const places = victims(choose);
      await Promise.all(places.map((place) => system.kill('trainer', 'SIGKILL', place)));
      await pause(choose(1_000));
      places.forEach((place) => system.restart('trainer', place));
    },
  },
  {
    name: 'SIGSTOP of trainers, SIGCONT after the lease',
    async strike({ system }, choose) {
      const places = victims(choose);
      await Promise.all(places.map((place) => system.kill('trainer', 'SIGSTOP', place)));
      await pause(FROZEN_MS + choose(1_000));
      await Promise.all(places.map((place) => system.kill('trainer', 'SIGCONT', place)));
    },
  },
  {
    name: 'Postgres restarted',
    strike: (world, choose) => world.restartPostgres(choose(1_500)),
  },
  {
    name: 'Redis restarted, empty',
    needs: 'redis',
    strike: (world, choose) => world.restartRedis(choose(1_500)),
  },
  {
    name: 'the disk of artifacts full',
    needs: 'disk',
    async strike({ disk }, choose) {
      disk!.fill();
      await pause(500 + choose(1_500));
      disk!.free();
    },
  },
];
