import { NotAcceptableException } from '@nestjs/common';

/**
 * The offered media type that an Accept header likes best; the first offer when it has no preference.
 *
 * Throws (406) when it wants none of them.
 */
export function preferred<T extends string>(accept: string | undefined, offers: readonly [T, ...T[]]): T {
  if (accept === undefined || accept.trim() === '') return offers[0];
  const ranges = accept.split(',').map(rangeOf);
  const quality = (offer: T) => bestMatch(ranges, offer)?.quality ?? 0;
  const best = offers.reduce((a, b) => (quality(b) > quality(a) ? b : a));
  if (quality(best) > 0) return best;
  throw new NotAcceptableException(`Accept is "${accept}"; there is ${offers.join(', ')}.`);
}

interface Range {
  readonly type: string;
  readonly quality: number;
}

function rangeOf(text: string): Range {
  const [type = '', ...parameters] = text
    .trim()
    .toLowerCase()
    .split(/\s*;\s*/);
  const given = parameters.find((parameter) => parameter.startsWith('q='));
  const quality = given === undefined ? 1 : Number(given.slice(2));
  return { type, quality: Number.isFinite(quality) ? quality : 0 };
}

/** The most specific range that covers the offer. */
function bestMatch(ranges: readonly Range[], offer: string): Range | undefined {
  const family = `${offer.split('/', 1)[0]!}/*`;
  for (const wanted of [offer, family, '*/*']) {
    const found = ranges.find(({ type }) => type === wanted);
    if (found) return found;
  }
  return undefined;
}
