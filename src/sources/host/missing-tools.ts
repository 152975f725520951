import type { Finding } from '../../findings/finding'
import { missingTool, type ServerTool } from '../../server/missing-tool'
import type { HostFacts } from './host-facts'

/** Something that a server must have. */
export interface NeededTool {
  /** One of them is enough. Messages name the first. */
  tools: readonly [ServerTool, ...ServerTool[]]
  /** What would also do, as the end of a sentence. */
  otherwise?: string
}

/** Those that the server lacks. */
export function missingTools(
  { tools, system }: Pick<HostFacts, 'tools' | 'system'>,
  needed: readonly NeededTool[],
): Finding[] {
  return needed
    .filter(need => !need.tools.some(tool => tools.has(tool)))
    .map(need => missingTool(need.tools[0], system, need.otherwise))
}
