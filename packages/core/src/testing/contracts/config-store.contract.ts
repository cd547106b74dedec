import type { ConfigStore } from '../../config/config-store.port.js';

export interface ConfigStoreSubject {
  /** Loaded, with `drift_threshold` 0.1 and a model that overrides `seed` with 7. */
  readonly store: ConfigStore;
  readonly model: string;
  close(): Promise<void> | void;
}

/** What a store of configurations promises, wherever it keeps them. */
export function describeConfigStore(name: string, make: () => Promise<ConfigStoreSubject>): void {
  describe(`ConfigStore ${name}`, () => {
    let subject: ConfigStoreSubject;

    beforeEach(async () => {
      subject = await make();
    });

    afterEach(() => subject.close());

    it("gives a model the installation's keys with its own in their place", () => {
      const keys = subject.store.forModel(subject.model);
      expect([keys.seed, keys.drift_threshold]).toEqual([7, 0.1]);
      expect(keys).not.toHaveProperty('max_concurrent_retraining');
      expect(keys).not.toHaveProperty('definition');
    });

    it('refuses a model that it does not know', () => {
      expect(() => subject.store.forModel('nobody')).toThrow(expect.objectContaining({ code: 'unknown_model' }));
      expect(() => subject.store.forModel('constructor')).toThrow(expect.objectContaining({ code: 'unknown_model' }));
    });

    it('takes a change in at once, tells who listens, and remembers who made it and what it was', async () => {
      const { store } = subject;
      const before = store.current().revision;
      const told: number[] = [];
      const stop = store.onChange(({ config }) => told.push(config.drift_threshold));
      const answer = await store.update({ drift_threshold: 0.2 }, 'key:operator');
      expect(answer.config.drift_threshold).toBe(0.2);
      expect(store.current().revision).toBeGreaterThan(before);
      expect(store.current().sources.drift_threshold).toBe('api');
      expect(store.forModel(subject.model).drift_threshold).toBe(0.2);
      expect(told).toEqual([0.2]);
      stop();
      await store.update({ drift_threshold: 0.3 }, 'key:operator');
      expect(told).toEqual([0.2]);
      const { items } = await store.revisions({ limit: 2 });
      expect(items).toMatchObject([
        { actor: 'key:operator', source: 'api', changes: { drift_threshold: { from: 0.2, to: 0.3 } } },
        { actor: 'key:operator', source: 'api', changes: { drift_threshold: { from: 0.1, to: 0.2 } } },
      ]);
      expect(items[0]!.revision).toBeGreaterThan(items[1]!.revision);
    });
  });
}
