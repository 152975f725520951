import { type Finding, warning } from '../../../findings/finding'
import type { PreflightReport } from '../../../findings/preflight'
import type { Compression } from '../../../pipeline/compression'
import type { WallClock } from '../../../runtime/runtime'
import { formatDuration } from '../../../runtime/text/format-duration'
import { minuteMs } from '../../../runtime/times'
import { olderCopy, servedBy } from '../../../server/installed-copy'
import type { HostFacts } from '../../../sources/host/host-facts'
import { missingTools, type NeededTool } from '../../../sources/host/missing-tools'
import { unusableFolder } from '../../../sources/host/unusable-folder'

/** What every backup needs: compressor, lock folder, clock. `clockReadMs`: when the server's clock was read. */
export function preflightHost(
  compression: Compression,
  host: HostFacts,
  clock: WallClock,
  clockReadMs: { from: number; to: number },
): PreflightReport {
  return {
    findings: [
      ...[olderCopy(host.served) ?? []].flat(),
      ...missingTools(host, compressors[compression]),
      ...unusableFolder('The folder for locks', host.lockFolder),
      ...checkClock(host.clock.getTime(), clock, clockReadMs),
    ],
    facts: [
      ...(host.served === undefined ? [] : [servedBy(host.served)]),
      `Tools: ${[...host.tools].map(([name, version]) => version.replace(/ +/g, ' ') || name).join('; ')}`,
    ],
  }
}

const compressors: Readonly<Record<Compression, readonly NeededTool[]>> = {
  none: [],
  gzip: [{ tools: ['gzip', 'pigz'] }],
  zstd: [{ tools: ['zstd'], otherwise: ', or set "compression" to gzip' }],
}

/** The server's clock, in whole seconds, was read between the two moments. */
function checkClock(serverMs: number, clock: WallClock, { from, to }: { from: number; to: number }): Finding[] {
  const aheadMs = serverMs > to ? serverMs - to : Math.min(0, serverMs + 999 - from)
  if (Math.abs(aheadMs) <= minuteMs) return []
  const other = clock.aheadMs() === undefined ? "runner's" : "store's"
  return [
    warning(
      'clock',
      `The server's clock is ${formatDuration(Math.abs(aheadMs))} ${aheadMs > 0 ? 'ahead of' : 'behind'} the ${other}: times in dumps and archives are not those in the manifest.`,
      'Set the clock of the server:\nsudo timedatectl set-ntp true',
    ),
  ]
}
