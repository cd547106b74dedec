import { messageOf, ScorerLoader, type Scorer, type ScorerExpectation } from '@retrain/core';
import { InferenceSession } from 'onnxruntime-node';
import { inspectArtifact, invalidArtifact, outputName } from '../onnx/inspect-artifact.js';
import { OnnxScorer } from './onnx-scorer.js';
import { probe } from './probe.js';
import { tryOutApart, type TrialLimits } from './trial.js';

/** Loads ONNX artifacts into ONNX Runtime, on the calling thread: made for models that answer in microseconds. */
export class OnnxScorerLoader extends ScorerLoader {
  /** @param limits of artifacts that somebody sent, while they are tried out. */
  constructor(private readonly limits: TrialLimits = { memoryMb: 1024, timeoutSeconds: 60 }) {
    super();
  }

  override async load(artifact: Uint8Array, expectation: ScorerExpectation): Promise<Scorer> {
    inspectArtifact(artifact, expectation);
    const session = await createSession(artifact);
    const problems = await probe(session, expectation);
    if (problems.length > 0) {
      await session.release();
      throw invalidArtifact(problems);
    }
    return new OnnxScorer(session, outputName(expectation), expectation.inputs, expectation.outputs);
  }

  /** In a process of its own, after the checks that need no runtime. */
  override async tryOut(artifact: Uint8Array, expectation: ScorerExpectation): Promise<void> {
    inspectArtifact(artifact, expectation);
    await tryOutApart(artifact, expectation, this.limits);
  }
}

async function createSession(artifact: Uint8Array): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(artifact, {
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      // Fatal only: every error is thrown and reported by whoever called.
      logSeverityLevel: 4,
    });
  } catch (error) {
    throw invalidArtifact([`ONNX Runtime cannot load it: ${messageOf(error)}`]);
  }
}
