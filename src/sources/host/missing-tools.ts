import type { Finding } from '../../findings/finding'
import { missingTool } from '../../server/missing-tool'
import type { HostFacts, ServerTool } from './host-facts'

/** Something that a server must have. */
export interface NeededTool {
  /** One of them is enough. */
  tools: readonly ServerTool[]
  name: string
  package: string
  /** What would also do, as the end of a sentence. */
  otherwise?: string
}

/** Those that the server lacks. */
export function missingTools({ tools }: Pick<HostFacts, 'tools'>, needed: readonly NeededTool[]): Finding[] {
  return needed
    .filter(need => !need.tools.some(tool => tools.has(tool)))
    .map(need => missingTool(need.name, need.package, need.otherwise))
}
