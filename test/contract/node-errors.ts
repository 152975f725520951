import NodeEnvironment from 'jest-environment-node'

/**
 * Jest runs a suite in a context with an `Error` of its own, of which the errors of Node's net and tls are no
 * instances. The SDK asks for `instanceof Error` and would throw away their codes, which outside of jest it never does.
 */
export default class NodeErrors extends NodeEnvironment {
  override async setup(): Promise<void> {
    await super.setup()
    this.global.Error = Error
  }
}
