/** Tells a part of a fit's progress as [from, to] of the whole; never falls. */
export function progressWithin(
  report: (fraction: number) => void,
  from: number,
  to: number,
): (fraction: number) => void {
  let told = -1;
  return (fraction) => {
    const whole = from + (to - from) * Math.min(1, Math.max(0, fraction));
    if (whole <= told) return;
    told = whole;
    report(whole);
  };
}
