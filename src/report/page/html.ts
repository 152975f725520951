import { createHash } from 'node:crypto'
import { printable } from '../../runtime/text/printable'
import { pageScript } from './page-script'
import { pageStyle } from './page-style'

/** Text of unknown origin, in an element or in a quoted attribute. */
export function escaped(text: string): string {
  return printable(text).replace(/[&<>"'`]/g, character => `&#${character.charCodeAt(0)};`)
}

/** A whole page: it loads nothing, runs no script but its own, and sends nothing anywhere. `title`: text, not HTML. */
export function htmlPage(title: string, body: string): string {
  const policy = [
    "default-src 'none'",
    `style-src ${hashOf(pageStyle)}`,
    `script-src ${hashOf(pageScript)}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ')
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<title>${escaped(title)}</title>
<style>${pageStyle}</style>
</head>
<body>
<main>
${body}
</main>
<script>${pageScript}</script>
</body>
</html>
`
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
}
