import type { ModelVersion } from '../model/model-version.js';
import { Service } from '../shared/service.js';
import { identityOf, quarantined } from './quarantine.js';
import { Quarantines } from './quarantines.port.js';

/** Lets no version through that is in quarantine, or that is the same as one that is. */
@Service()
export class QuarantineGate {
  constructor(private readonly quarantines: Quarantines) {}

  /** Rejects with the conflict `version_quarantined`. */
  async check(version: ModelVersion): Promise<void> {
    const known = await this.quarantines.against(version.model, identityOf(version));
    if (known) throw quarantined(known, version.version);
  }
}
