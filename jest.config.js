/** Real streams and real servers; only `src/runtime/github-runtime.ts` and the bundle touch `@actions/*`. */
module.exports = {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  transform: { '^.+\\.ts$': ['ts-jest', { isolatedModules: true, tsconfig: { module: 'CommonJS', moduleResolution: 'Node10', target: 'ES2023', esModuleInterop: true, isolatedModules: true, ignoreDeprecations: '6.0' } }] },
  moduleFileExtensions: ['ts', 'js', 'json'],
}
