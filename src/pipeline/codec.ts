import { constants, createGunzip, createZstdDecompress } from 'node:zlib'
import type { Compression, CompressionSettings } from './compression'
import { Decoder } from './decoder'
import type { Filter } from './filter'
import { ZstdFrames } from './zstd-frames'

/** One encoding of stored content. A list of them is in the order in which they were applied. */
export type Codec = Exclude<Compression, 'none'>

/** How an artifact is encoded: compressed, as its manifest says, then encrypted, as its key says. */
export interface Encoded {
  compression: Compression
  isEncrypted?: boolean
}

/** What the settings of a backup make of an artifact. `encryptTo`: those who can read it; nobody: everybody can. */
export function encodedBy({ kind }: CompressionSettings, encryptTo: readonly unknown[]): Encoded {
  return encoded(kind, encryptTo.length > 0)
}

/** How a stored artifact is encoded. */
export function encodedAs({ key, compression }: { key: string; compression: Compression }): Encoded {
  return encoded(compression, isEncryptedKey(key))
}

/** Whether the object under this key is an age file. */
export function isEncryptedKey(key: string): boolean {
  return key.endsWith(encrypted.suffix)
}

function encoded(compression: Compression, isEncrypted: boolean): Encoded {
  return { compression, ...(isEncrypted ? { isEncrypted } : {}) }
}

/** The codecs of an artifact, below its encryption. */
export function codecsOf({ compression }: Pick<Encoded, 'compression'>): Codec[] {
  return compression === 'none' ? [] : [compression]
}

/** The part of an object's name after `.sql` or `.tar`. */
export function suffixOf(encoded: Encoded): string {
  const suffixes = codecsOf(encoded).map(codec => facts[codec].suffix)
  return [...suffixes, ...(encoded.isEncrypted ? [encrypted.suffix] : [])].join('')
}

/** Reads that part back: the name without it, and what it says. */
export function splitSuffix(name: string): { stem: string; encoded: Encoded } {
  const isEncrypted = isEncryptedKey(name)
  const compressed = (['gzip', 'zstd', 'none'] as const).map(compression => encoded(compression, isEncrypted))
  const found = compressed.find(each => name.endsWith(suffixOf(each))) ?? encoded('none', isEncrypted)
  return { stem: name.slice(0, name.length - suffixOf(found).length), encoded: found }
}

/** The commands of stock tools that decode it, for a pipe. */
export function decodeCommands(encoded: Encoded): string[] {
  const commands = codecsOf(encoded)
    .toReversed()
    .map(codec => facts[codec].command)
  return [...(encoded.isEncrypted ? [encrypted.command] : []), ...commands]
}

/** Decodes content that is not encrypted any more: the codec applied last is undone first. */
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

/** `key.txt`: a file with the private key, as `age-keygen` writes it, or one of SSH. */
const encrypted = { suffix: '.age', command: 'age -d -i key.txt' }

/** For who runs that command, behind another sentence; '' for what is not encrypted. */
export function keyFileNote(keys: readonly string[]): string {
  return keys.some(isEncryptedKey)
    ? ' The file key.txt is the private key of one of the recipients, as "age-keygen" or "ssh-keygen" wrote it.'
    : ''
}
