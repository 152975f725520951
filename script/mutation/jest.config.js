/** The unit tests, without those that simulate weeks and years: each mutant would cost as long. */
const { projects, testTimeout } = require('../../jest.config.js')

module.exports = {
  ...projects[0],
  rootDir: '../..',
  testPathIgnorePatterns: ['/tiers/tier-simulation', '/tiers/tier-crash'],
  testTimeout,
}
