/**
 * Days of an invented bike station, one row each, the same rows for the same arguments.
 *
 * Warm, dry working days are busy; rain keeps people at home; and the station slowly wins and loses regular riders, which
 * no forecast tells: only a model that keeps an eye on the last days can know.
 */
export function bikeDays({ from = '2021-01-01', days = 1095, seed = 7 } = {}) {
  const random = uniform(seed);
  let regulars = 90;
  return Array.from({ length: days }, (_, index) => {
    const day = new Date(Date.parse(from) + index * 86_400_000);
    const season = Math.cos((2 * Math.PI * (day.getTime() / 86_400_000 - 196)) / 365.25);
    const temperature = Math.round((11 + 9 * season + 8 * (random() - 0.5)) * 10) / 10;
    const rain_mm = random() < 0.35 ? Math.round(random() * 150) / 10 : 0;
    const weekend = day.getUTCDay() % 6 === 0;
    regulars += 8 * (random() - 0.5) + 0.03 * (90 - regulars);
    const noise = 20 * (random() + random() - 1);
    const rides = Math.max(0, Math.round(regulars + 3 * (temperature - 11) - 3 * rain_mm - (weekend ? 15 : 0) + noise));
    return { date: day.toISOString().slice(0, 10), temperature, rain_mm, rides };
  });
}

/** Numbers from 0 to 1 of a linear congruential generator (Numerical Recipes): good enough for weather. */
function uniform(/** @type {number} */ seed) {
  let state = seed;
  return () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 4_294_967_296;
}
