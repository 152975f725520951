/**
 * Reads what a step wrote to `GITHUB_OUTPUT`, `GITHUB_STATE` or `GITHUB_ENV`: `name=value` lines and `name<<DELIMITER`
 * blocks. Throws where the runner fails the step.
 */
export function parseFileCommands(text: string): Record<string, string> {
  const values: Record<string, string> = {}
  const lines = text.split(/\r?\n/)
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? ''
    if (line === '') continue
    const equals = line.indexOf('=')
    const heredoc = line.indexOf('<<')
    if (equals > 0 && (heredoc < 0 || equals < heredoc)) {
      values[line.slice(0, equals)] = line.slice(equals + 1)
      continue
    }
    const delimiter = line.slice(heredoc + 2)
    if (heredoc <= 0 || delimiter === '') throw new Error(`Invalid format '${line}' in a file command.`)
    const end = lines.indexOf(delimiter, index + 1)
    if (end < 0) throw new Error(`Matching delimiter not found '${delimiter}' in a file command.`)
    values[line.slice(0, heredoc)] = lines.slice(index + 1, end).join('\n')
    index = end
  }
  return values
}
