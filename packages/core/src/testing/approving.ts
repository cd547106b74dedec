import { ApproveRunService } from '../deployment/approve-run.service.js';
import type { SeenEvidence } from '../deployment/approve-deployment.service.js';
import { aConfig } from './builders.js';
import { withChampion } from './loop.js';
import type { Installation, InstallationOptions } from './installation.js';

/** Rules of approval as a `deployment` section; the rest of it as in the tests' configuration. */
export function approvals(quorum: number, four_eyes: boolean) {
  return {
    deployment: { ...aConfig().deployment, approvals: { quorum, four_eyes } },
  };
}

/** An installation with a champion, in which two people other than who asked must approve what comes next. */
export async function withTwoApprovers(options: InstallationOptions = {}): Promise<Installation> {
  const house = await withChampion(options);
  await house.config.update(approvals(2, true), 'test');
  return house;
}

/** One person's approval of a run, from a process of its own. */
export function approveAs(house: Installation, person: string, runId: string, seen?: SeenEvidence) {
  return house
    .process()(ApproveRunService)
    .execute({ runId, actor: `key:${person}`, reason: `${person} agrees`, seen });
}

/** The version that answers according to the registry. */
export async function championOf(house: Installation): Promise<number | undefined> {
  return (await house.models.alias('coin', 'champion'))?.version;
}

/** Expects that, whatever was tried, version 1 answers and the run still waits. */
export async function expectWaiting(house: Installation, runId: string): Promise<void> {
  expect(await championOf(house)).toBe(1);
  expect((await house.runs.find(runId))?.status).toBe('awaiting_approval');
}
