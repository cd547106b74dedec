import { Models } from '../model/models.port.js';
import { notFound } from '../shared/errors.js';
import { Service } from '../shared/service.js';
import { UnitOfWork } from '../shared/unit-of-work.port.js';
import type { Circuit } from './circuit.js';
import { CircuitBreaker } from './circuit-breaker.service.js';

/** A person's word that a model may be retrained again: closes its circuit and forgets the failures. */
@Service()
export class CloseCircuitService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly models: Models,
    private readonly breaker: CircuitBreaker,
  ) {}

  /** Closing a closed one is fine. Rejects with `unknown_model`. */
  async execute(request: {
    readonly model: string;
    readonly actor: string;
    readonly reason: string;
  }): Promise<Circuit> {
    const { model, actor, reason } = request;
    if (!(await this.models.find(model))) throw notFound('unknown_model', `There is no model "${model}".`);
    return this.unitOfWork.transaction(() => this.breaker.closeByHand(model, actor, reason));
  }
}
