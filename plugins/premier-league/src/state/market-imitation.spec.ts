import { seeded } from '../testing/league.js';
import { IMITATION_INPUTS, MarketImitation } from './market-imitation.js';

const implied = { balance: 0.4, draw: -0.3 };
const inputsOf = (random: () => number) => [1, ...Array.from({ length: IMITATION_INPUTS - 1 }, () => random() - 0.5)];

describe('what the market would say', () => {
  it('is what the strengths imply as long as no odds were seen', () => {
    expect(MarketImitation.empty().opinion(inputsOf(seeded(1)), implied)).toEqual(implied);
  });

  it('becomes what it has said of such fixtures', () => {
    const random = seeded(2);
    const imitation = MarketImitation.empty();
    const market = (inputs: readonly number[]) => ({
      balance: implied.balance + 0.2 + 0.5 * inputs[3]! - inputs[7]!,
      draw: implied.draw - 0.1 * inputs[1]!,
    });
    for (let match = 0; match < 3000; match += 1) {
      const inputs = inputsOf(random);
      imitation.learn(inputs, implied, market(inputs));
    }
    const inputs = inputsOf(random);
    const { balance, draw } = imitation.opinion(inputs, implied);
    expect(Math.abs(balance - market(inputs).balance)).toBeLessThan(0.1);
    expect(Math.abs(draw - market(inputs).draw)).toBeLessThan(0.02);
  });

  it('is not changed by what a copy learns', () => {
    const imitation = MarketImitation.empty();
    const inputs = inputsOf(seeded(3));
    imitation.copy().learn(inputs, implied, { balance: 3, draw: 1 });
    expect(imitation.opinion(inputs, implied)).toEqual(implied);
  });
});
