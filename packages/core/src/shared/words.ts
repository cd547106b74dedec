/** A share as people read it: 0.0512 is "5.1 %". */
export function percent(share: number, digits = 1): string {
  return `${(share * 100).toFixed(digits)} %`;
}

/** A difference of shares as people read it: -0.0512 is "-5.1 points". */
export function points(difference: number, digits = 1): string {
  return `${(difference * 100).toFixed(digits)} points`;
}

/** A p-value as people read it. */
export function pValueInWords(p: number): string {
  return p < 0.001 ? 'p < 0.001' : `p = ${p.toFixed(3)}`;
}

/** A number without needless digits: 12, 0.35, 0.0012. */
export function figure(value: number): string {
  return String(Number(value.toPrecision(3)));
}

/** "1 row", "2 rows". */
export function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}
