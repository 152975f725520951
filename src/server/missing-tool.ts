import { type Finding, problem } from '../findings/finding'

/** The finding for a tool that the server lacks. `otherwise`: an alternative, as the end of a sentence. */
export function missingTool(name: string, packageName: string, otherwise = ''): Finding {
  return problem(
    'tool-missing',
    `${name} was not found on the server.`,
    `Install it there (this is for Debian and Ubuntu), or make sure that it is on the PATH of a non-interactive SSH login${otherwise}:\nsudo apt install ${packageName}`,
  )
}
