import { formatSize } from '../../runtime/text/format-size'

/** `+1.2 MB (+3.4 %)`, `−40 MB (−52 %)`, `no change`, or `first`. No percentage when it would be under 0.1 %. */
export function formatChange(bytes: number, previousBytes: number | undefined): string {
  if (previousBytes === undefined) return 'first'
  const difference = bytes - previousBytes
  if (difference === 0) return 'no change'
  const sign = difference > 0 ? '+' : '−'
  const size = `${sign}${formatSize(Math.abs(difference))}`
  const share = Math.abs(difference) / previousBytes
  return share >= 0.001 && previousBytes > 0 ? `${size} (${sign}${formatPercent(share)})` : size
}

function formatPercent(share: number): string {
  const percent = share * 100
  return `${percent < 9.95 ? percent.toFixed(1).replace(/\.0$/, '') : Math.round(percent)} %`
}
