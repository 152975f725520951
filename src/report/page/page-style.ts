/** Light and dark, from a phone to a wide window, without anything from elsewhere. */
export const pageStyle = `
:root { --text: #1f2328; --soft: #59636e; --back: #fff; --box: #f6f8fa; --line: #d1d9e0; --link: #0969da;
  --good: #2da44e; --proven: #0969da; --warn: #bf8700; --bad: #cf222e; --none: #eaeef2 }
@media (prefers-color-scheme: dark) {
  :root { --text: #e6edf3; --soft: #9198a1; --back: #0d1117; --box: #151b23; --line: #3d444d; --link: #4493f8;
    --good: #2ea043; --proven: #4493f8; --warn: #d29922; --bad: #f85149; --none: #21262d }
}
* { box-sizing: border-box }
body { margin: 0; background: var(--back); color: var(--text); font: 15px/1.5 system-ui, -apple-system, 'Segoe UI', 'Liberation Sans', sans-serif }
main { max-width: 1000px; margin: 0 auto; padding: 24px 16px 48px }
h1 { font-size: 24px; margin: 0; overflow-wrap: anywhere }
h2 { font-size: 18px; margin: 32px 0 8px }
p { margin: 8px 0 }
a { color: var(--link) }
code { font: 13px ui-monospace, 'DejaVu Sans Mono', monospace; overflow-wrap: anywhere }
.soft { color: var(--soft); font-size: 13px }
.banner { border: 1px solid var(--line); border-left: 6px solid var(--good); background: var(--box); padding: 12px 16px; margin: 16px 0; border-radius: 6px }
.banner.warn { border-left-color: var(--warn) }
.banner.bad { border-left-color: var(--bad) }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px }
.tile { border: 1px solid var(--line); border-radius: 6px; padding: 12px }
.tile b { display: block; font-size: 18px; overflow-wrap: anywhere }
.wide { overflow-x: auto }
table { border-collapse: collapse; width: 100%; font-size: 14px }
th, td { text-align: left; padding: 6px 10px; border-bottom: 1px solid var(--line); vertical-align: top }
th { color: var(--soft); font-weight: 600 }
td.number, th.number { text-align: right }
table.week { border-collapse: separate; border-spacing: 3px; min-width: 640px }
table.week th, table.week td { border: 0; padding: 0; text-align: center; font-size: 11px; height: 22px }
table.week th[scope=row] { text-align: left; padding-right: 8px; white-space: nowrap; font-size: 13px }
table.week td { border-radius: 4px; background: var(--none); color: #fff; font-weight: 700; min-width: 20px }
table.week td a { color: inherit; text-decoration: none; display: block }
td.good { background: var(--good) !important } td.proven { background: var(--proven) !important }
td.suspect, td.stale { background: var(--warn) !important } td.disproven, td.unfit { background: var(--bad) !important }
td.gap { background: transparent !important; border: 2px dashed var(--bad) !important; color: var(--bad) !important }
td.newest { outline: 2px solid var(--text); outline-offset: 1px }
svg { display: block; width: 100%; height: 120px; background: var(--box); border: 1px solid var(--line); border-radius: 6px }
svg polyline { fill: none; stroke: var(--proven); stroke-width: 2; vector-effect: non-scaling-stroke }
.key span { margin-right: 14px; white-space: nowrap }
.key i { display: inline-block; width: 14px; height: 14px; border-radius: 3px; vertical-align: -2px; margin-right: 5px; text-align: center; font: 700 10px/14px sans-serif; color: #fff; background: var(--none) }
.key i.good { background: var(--good) } .key i.proven { background: var(--proven) } .key i.suspect, .key i.stale { background: var(--warn) }
.key i.disproven, .key i.unfit { background: var(--bad) } .key i.gap { background: transparent; border: 2px dashed var(--bad); line-height: 10px; color: var(--bad) }
@media (max-width: 640px) {
  table.week { min-width: 0; border-spacing: 1px; table-layout: fixed } table.week th, table.week td { min-width: 0; font-size: 8px }
  table.week th:first-child { width: 34px; font-size: 12px; padding: 0 } table.week th[scope=row] span { display: none }
  table.week th[scope=col]:not(:nth-child(6n+2)) { font-size: 0 } th, td { padding: 6px 4px }
}
`
