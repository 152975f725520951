import { join } from 'node:path'
import { quoted } from './baselines'
import type { BenchPlace } from './bench-place'
import { compareStreams } from './compare-streams'
import { linkMirror, makeNoise, makeText } from './data'
import type { Section } from './report-rows'

/** Archives of large files: as they are, then compressed by the server, of noise and of text. */
export async function benchFiles(place: BenchPlace): Promise<Section[]> {
  const { folder, options, say } = place
  const { streamBytes } = options
  const zippedBytes = Math.floor(streamBytes / 3)
  const noise = join(folder, 'noise')
  const text = join(folder, 'text')
  say('Making files')
  await makeNoise(join(noise, 'one'), zippedBytes)
  await makeNoise(join(noise, 'two'), streamBytes - zippedBytes)
  await makeText(text, zippedBytes)
  const mirrors = join(folder, 'mirrors')
  await linkMirror(noise, join(mirrors, 'whole'))
  await linkMirror(join(noise, 'one'), join(mirrors, 'noise'))
  await linkMirror(text, join(mirrors, 'text'))

  const cases = [
    { title: 'Files, as they are', path: noise, mirror: 'whole', compression: 'none', bytes: streamBytes },
    {
      title: 'Files of noise, gzip',
      path: join(noise, 'one'),
      mirror: 'noise',
      compression: 'gzip',
      bytes: zippedBytes,
    },
    { title: 'Files of text, gzip', path: text, mirror: 'text', compression: 'gzip', bytes: zippedBytes },
  ] as const
  const sections: Section[] = []
  for (const { title, path, mirror, compression, bytes } of cases) {
    const mirrorDir = join(mirrors, mirror)
    const tar = `tar --format=gnu --numeric-owner -C ${quoted(mirrorDir)} -cf - -- ${quoted(path.slice(1))}`
    sections.push(
      await compareStreams(place, {
        name: title,
        inputs: { paths: path, 'mirror-dir': mirrorDir, compression },
        command: compression === 'gzip' ? `${tar} | ${gzip}` : tar,
        contentBytes: bytes,
        compression,
      }),
    )
  }
  return sections
}

/** What the script on the server runs. */
export const gzip = 'if command -v pigz >/dev/null; then pigz -n -c -6; else gzip -n -c -6; fi'
