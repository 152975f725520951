/** The unit tests that mirror the part, without those that simulate weeks and years, or a death at each step: each mutant would cost as long. */
const { projects, testTimeout } = require('../../jest.config.js')

module.exports = {
  ...projects[0],
  rootDir: '../..',
  testMatch: [`<rootDir>/test/unit/${process.env.MUTATION_TESTS}/**/*.test.ts`],
  testPathIgnorePatterns: ['/tiers/tier-simulation', '/tiers/tier-crash', '/commit/crash'],
  testTimeout,
}
