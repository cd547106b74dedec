import { slice, type Dataset } from '../dataset/dataset.js';
import type { FeatureProfile } from './feature-profile.js';
import { profileOf } from './profile.js';

/** Newest training rows that later ones are compared with, at most. */
export const mostReferenceRows = 2000;

/**
 * The picture that a version is given of its training rows: of the newest ones, because the world of many years ago is
 * no measure of today. A change that all of them already show has been learned; retraining could not cure it.
 */
export function referenceProfileOf(dataset: Dataset): FeatureProfile {
  const newest = slice(dataset, Math.max(0, dataset.rows - mostReferenceRows), dataset.rows);
  return profileOf(dataset.schema, newest.features);
}
