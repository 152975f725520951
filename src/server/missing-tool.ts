import { type Finding, problem } from '../findings/finding'

/** That a server lacks a tool. `otherwise`: what else would do, as the end of a sentence. */
export function missingTool(name: string, packageName: string, otherwise = ''): Finding {
  return problem(
    'tool-missing',
    `${name} was not found on the server.`,
    `Install it there (this is for Debian and Ubuntu), or see that it is on the PATH of a non-interactive SSH login${otherwise}:\nsudo apt install ${packageName}`,
  )
}
