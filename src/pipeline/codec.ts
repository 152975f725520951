import { constants, createGunzip, createZstdDecompress } from 'node:zlib'
import type { Compression, CompressionSettings } from './compression'
import { Decoder } from './decoder'
import type { Filter } from './filter'
import { ZstdFrames } from './zstd-frames'

/** One encoding of stored content. A list of them is in the order in which they were applied. */
export type Codec = Exclude<Compression, 'none'>

/** How an artifact is encoded, as its manifest says. */
export interface Encoded {
  compression: Compression
}

/** What the settings of a backup make of an artifact. */
export function encodedBy({ kind }: CompressionSettings): Encoded {
  return { compression: kind }
}

/** The codecs of an artifact. */
export function codecsOf({ compression }: Encoded): Codec[] {
  return compression === 'none' ? [] : [compression]
}

/** The part of an object's name after `.sql` or `.tar`. */
export function suffixOf(encoded: Encoded): string {
  return codecsOf(encoded)
    .map(codec => facts[codec].suffix)
    .join('')
}

/** Reads that part back: the name without it, and what it says. */
export function splitSuffix(name: string): { stem: string; encoded: Encoded } {
  const compressed: Encoded[] = [{ compression: 'gzip' }, { compression: 'zstd' }]
  const encoded = compressed.find(each => name.endsWith(suffixOf(each))) ?? { compression: 'none' }
  return { stem: name.slice(0, name.length - suffixOf(encoded).length), encoded }
}

/** The commands of stock tools that decode it, for a pipe. */
export function decodeCommands(encoded: Encoded): string[] {
  return codecsOf(encoded)
    .toReversed()
    .map(codec => facts[codec].command)
}

/** Decodes stored content: the codec applied last is undone first. */
export function decode(codecs: readonly Codec[]): Filter<undefined> {
  return { stages: codecs.toReversed().map(decoder), result: () => undefined }
}

export function decoder(codec: Codec): Decoder {
  return facts[codec].decoder()
}

/** Large pieces, since each costs a turn of the event loop. The queue keeps the decompression thread busy. */
const options = { chunkSize: 512 * 1024, writableHighWaterMark: 1024 * 1024 }

/** 16 MiB, twice the window of level 19, the highest that a backup takes. Each decoder keeps one in memory. */
const params = { [constants.ZSTD_d_windowLogMax]: 24 }

const facts: Readonly<Record<Codec, { suffix: string; command: string; decoder: () => Decoder }>> = {
  gzip: { suffix: '.gz', command: 'gunzip', decoder: () => new Decoder('gzip', createGunzip(options)) },
  zstd: {
    suffix: '.zst',
    command: 'zstd -dc',
    decoder: () => new Decoder('zstd', createZstdDecompress({ ...options, params }), new ZstdFrames()),
  },
}
