/**
 * The order of the suites: those with servers first, the larger ones first among them, so that no long one is left for
 * the end while the other workers have nothing to do. Jest itself goes by the times of earlier runs, which a fresh clone has not.
 */
const { statSync } = require('node:fs')

const projects = ['scenarios', 'integration', 'hostile', 'contract', 'unit']

module.exports = class LongestFirst {
  sort(tests) {
    const rank = ({ context }) => projects.indexOf(context.config.displayName?.name)
    const bytes = new Map(tests.map(({ path }) => [path, statSync(path).size]))
    return [...tests].sort((a, b) => rank(a) - rank(b) || bytes.get(b.path) - bytes.get(a.path))
  }

  allFailedTests(tests) {
    return tests
  }

  cacheResults() {}
}
