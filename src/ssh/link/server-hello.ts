import { readFields } from '../keys/key-blob'
import type { LinkSocket } from './forwarded-socket'

/** What a server sends before anything is encrypted. None of it is proven: for messages, and to save connections. */
export interface ServerHello {
  /** Its first bytes, as Latin-1: all of them if it is no SSH server, else any lines before the identification too. */
  readonly text: string
  /** `SSH-2.0-OpenSSH_9.2p1 …` (RFC 4253, 4.2); empty before it has arrived. */
  readonly identification: string
  /** Undefined before they have arrived. */
  readonly algorithms: ServerAlgorithms | undefined
}

/** What a server can do, in its own order (RFC 4253, 7.1). */
interface ServerAlgorithms {
  kex: readonly string[]
  hostKey: readonly string[]
  cipher: readonly string[]
  mac: readonly string[]
}

export const noHello: ServerHello = { text: '', identification: '', algorithms: undefined }

/** Reads what the server sends first, without taking it away from others who read the socket. */
export function readHello(socket: LinkSocket): () => ServerHello {
  let bytes = Buffer.alloc(0)
  let hello = noHello
  const onData = (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk.subarray(0, helloBytesMax - bytes.length)])
    hello = parseHello(bytes)
    if (hello.algorithms !== undefined || bytes.length >= helloBytesMax) socket.removeListener('data', onData)
  }
  socket.on('data', onData)
  return () => hello
}

/** The longest packet that every server must accept (RFC 4253, 6.1), and the lines before it. */
const helloBytesMax = 40_000
const textBytesMax = 4096

function parseHello(bytes: Buffer): ServerHello {
  const text = bytes.toString('latin1', 0, textBytesMax)
  const line = /^(SSH-[^\r\n]*)\r?\n/m.exec(text)
  if (line === null) return { ...noHello, text }
  return {
    text: text.slice(0, line.index + line[0].length),
    identification: line[1] ?? '',
    algorithms: parseAlgorithms(bytes.subarray(line.index + line[0].length)),
  }
}

/** The first message of the server that names its algorithms, in the packets before encryption (RFC 4253, 6). */
function parseAlgorithms(packets: Buffer): ServerAlgorithms | undefined {
  for (let at = 0; at + 5 < packets.length; ) {
    const end = at + 4 + packets.readUInt32BE(at)
    if (end > packets.length) return undefined
    const payload = packets.subarray(at + 5, end - packets.readUInt8(at + 4))
    if (payload[0] === keyExchangeInit) return listsOf(payload)
    at = end
  }
  return undefined
}

const keyExchangeInit = 20

/** After the type and 16 random bytes there are ten lists; the last five bytes are of no interest here. */
function listsOf(payload: Buffer): ServerAlgorithms | undefined {
  const lists = readFields(payload.subarray(17, -5))?.map(list => list.toString('latin1').split(','))
  const [kex, hostKey, cipher, , mac] = lists ?? []
  if (kex === undefined || hostKey === undefined || cipher === undefined || mac === undefined) return undefined
  return { kex, hostKey, cipher, mac }
}
