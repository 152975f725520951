import { readFile } from 'node:fs/promises'
import { ownPackage } from './own-package'

/** True once every chart of such a page is drawn. */
export const summaryReady = 'window.isDrawn === true'

/** A job summary as the page of a run shows it: GitHub's style sheet, and its charts by mermaid. `isWhole`: nothing folded. */
export async function summaryPage(markdown: string, { isWhole }: { isWhole: boolean }): Promise<string> {
  const { default: MarkdownIt } = await import(ownPackage('markdown-it'))
  const render = new MarkdownIt({ html: true, linkify: true })
  const body: string = render.render(isWhole ? markdown.replaceAll('<details>', '<details open>') : markdown)
  const style = await readFile(ownPackage('github-markdown-css/github-markdown.css'), 'utf8')
  const mermaid = ownPackage('mermaid/dist/mermaid.min.js')
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Job summary</title>
<style>${style}</style>
<style>
  html { background: #fff } @media (prefers-color-scheme: dark) { html { background: #0d1117 } }
  body { margin: 0; padding: 24px }
  .markdown-body { font-size: 14px; font-family: 'Liberation Sans', 'Noto Color Emoji', sans-serif }
  .markdown-body pre, .markdown-body code { font-family: 'DejaVu Sans Mono', monospace }
  .mermaid svg { max-width: 100%; height: auto }
</style>
<script src="file://${mermaid}"></script></head>
<body><article class="markdown-body">${body}</article>
<script>
  for (const block of document.querySelectorAll('pre > code.language-mermaid')) {
    const chart = document.createElement('div')
    chart.className = 'mermaid'
    chart.textContent = block.textContent
    block.parentElement.replaceWith(chart)
  }
  const isDark = matchMedia('(prefers-color-scheme: dark)').matches
  mermaid.initialize({ startOnLoad: false, theme: isDark ? 'dark' : 'default' })
  mermaid.run().finally(() => { window.isDrawn = true })
</script></body></html>
`
}
