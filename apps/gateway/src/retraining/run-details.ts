import { Injectable } from '@nestjs/common';
import { Deployments, RunProgressService, type TrainingRun } from '@retrain/core';
import { deploymentView } from '../model/version-view.js';
import { runView } from './run-view.js';

/** One run with what was proposed and how far it is, on the wire. */
@Injectable()
export class RunDetails {
  constructor(
    private readonly deployments: Deployments,
    private readonly progress: RunProgressService,
  ) {}

  async of(run: TrainingRun) {
    const deployment = await this.deployments.ofRun(run.id);
    if (!deployment) return { ...runView(run, await this.progress.execute(run)), deployment: null };
    const approvals = await this.deployments.approvals([deployment.id]);
    return { ...runView(run), deployment: deploymentView(deployment, approvals) };
  }
}
