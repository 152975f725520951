/** Real streams and real servers; only `src/runtime/github/github-runtime.ts` and the bundle touch `@actions/*`. */
const compiler = {
  module: 'CommonJS',
  moduleResolution: 'Node10',
  target: 'ES2023',
  esModuleInterop: true,
  isolatedModules: true,
  ignoreDeprecations: '6.0',
}

const project = name => ({
  displayName: name,
  testEnvironment: 'node',
  testMatch: [`<rootDir>/test/${name}/**/*.test.ts`],
  transform: { '^.+\\.ts$': ['ts-jest', { tsconfig: compiler }] },
  moduleFileExtensions: ['ts', 'js', 'json'],
  modulePathIgnorePatterns: ['<rootDir>/.work/'],
  cacheDirectory: '<rootDir>/.work/jest',
})

/** sshd, MariaDB and an S3 server, started once for all projects of a run that name them. */
const withServers = name => ({
  ...project(name),
  globalSetup: '<rootDir>/test/servers/global-setup.ts',
  globalTeardown: '<rootDir>/test/servers/global-teardown.ts',
})

module.exports = {
  projects: [
    project('unit'),
    project('hostile'),
    withServers('contract'),
    withServers('integration'),
    withServers('scenarios'),
    {
      ...project('matrix'),
      globalSetup: '<rootDir>/test/servers/matrix-setup.ts',
      globalTeardown: '<rootDir>/test/servers/matrix-teardown.ts',
    },
  ],
  testTimeout: 120_000,
}
