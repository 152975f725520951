/** How text is set apart on a screen; each is the identity where there is no colour. */
export interface Ink {
  bold(text: string): string
  dim(text: string): string
  red(text: string): string
  green(text: string): string
  yellow(text: string): string
  cyan(text: string): string
}

/** Escape codes for a terminal, or nothing at all for a pipe and where `NO_COLOR` is set. */
export function inkFor(isColoured: boolean): Ink {
  const paint = (code: number) => (text: string) => (isColoured ? `\u001b[${code}m${text}\u001b[0m` : text)
  return {
    bold: paint(1),
    dim: paint(2),
    red: paint(31),
    green: paint(32),
    yellow: paint(33),
    cyan: paint(36),
  }
}

/** A job summary (headings, tables, code blocks, folded parts) as plain text for a terminal. */
export function markdownText(markdown: string, ink: Ink): string {
  const shown: string[] = []
  let table: string[] = []
  let isCode = false
  for (const line of [...markdown.split('\n'), '']) {
    if (line.startsWith('|') && !isCode) {
      table.push(line)
      continue
    }
    if (table.length > 0) shown.push(...tableText(table, ink))
    table = []
    if (line.startsWith('```')) isCode = !isCode
    else shown.push(isCode ? `  ${ink.cyan(line)}` : lineText(line, ink))
  }
  return shown
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()
}

/** Cells in columns: the first row is the heading; `right` names the columns that hold numbers. */
function columns(rows: readonly (readonly string[])[], right: readonly number[], ink: Ink): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map(row => [...(row[column] ?? '')].length)))
  return rows.map((row, index) => {
    const cells = row.map((cell, column) => {
      const padding = ' '.repeat((widths[column] ?? 0) - [...cell].length)
      return right.includes(column) ? padding + cell : cell + padding
    })
    const text = `  ${cells.join('  ').trimEnd()}`
    return index === 0 ? ink.dim(text) : text
  })
}

function tableText([head = '', rule = '', ...body]: readonly string[], ink: Ink): string[] {
  const right = cellsOf(rule).flatMap((cell, column) => (cell.endsWith('-:') ? [column] : []))
  const none = inkFor(false)
  return columns(
    [head, ...body].map(row => cellsOf(row).map(cell => plain(cell, none))),
    right,
    ink,
  )
}

function cellsOf(row: string): string[] {
  return row
    .replace(/^\||\|\s*$/g, '')
    .split('|')
    .map(cell => cell.trim())
}

function lineText(line: string, ink: Ink): string {
  const heading = /^#+ (.*)$/.exec(line)?.[1]
  if (heading !== undefined) return ink.bold(plain(heading, inkFor(false)))
  const folded = /<summary>(.*?)<\/summary>/.exec(line)?.[1]
  if (folded !== undefined) return ink.bold(`▾ ${plain(folded, inkFor(false))}`)
  return plain(line.replace(/<\/?details>/g, ''), ink)
}

function plain(text: string, ink: Ink): string {
  return text
    .replaceAll('&nbsp;', ' ')
    .replace(/\*\*(.+?)\*\*/g, (_, strong: string) => ink.bold(strong))
    .replace(/<\/?(code|b|i|em|strong)>/g, '')
    .replace(/\[([^\]]+)\]\(([^)]+)\)/g, '$1 ($2)')
    .replace(/\\([\\`*_{}[\]()#+.!|<>~-])/g, '$1')
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
}
