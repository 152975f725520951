/** Real streams and real servers; only `src/runtime/github/github-runtime.ts` and the bundle touch `@actions/*`. */
const compiler = {
  module: 'CommonJS',
  moduleResolution: 'Node10',
  target: 'ES2023',
  esModuleInterop: true,
  isolatedModules: true,
  ignoreDeprecations: '6.0',
}

/** Packages that are ES modules alone, which jest does not load. */
const modules = 'age-encryption|cctv-age|@noble|@scure'

const project = name => ({
  displayName: name,
  testEnvironment: 'node',
  testMatch: [`<rootDir>/test/${name}/**/*.test.ts`],
  transform: {
    '^.+\\.ts$': ['ts-jest', { tsconfig: compiler }],
    [`/node_modules/(${modules})/.+\\.js$`]: [
      'ts-jest',
      { tsconfig: { ...compiler, allowJs: true }, diagnostics: false },
    ],
  },
  transformIgnorePatterns: [`/node_modules/(?!(${modules})/)`],
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
  testSequencer: '<rootDir>/test/longest-first.js',
  testTimeout: 120_000,
}
