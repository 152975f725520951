import { generateKeyPairSync, sign } from 'node:crypto'

/** A key and a certificate that it signs itself, for 127.0.0.1, as PEM. */
export function ownCertificate(): { key: string; cert: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const name = sequence(tagged(0x31, sequence(oid('550403'), tagged(0x0c, Buffer.from('make-a-backup tests')))))
  const isAuthority = sequence(oid('551d13'), octets(sequence(tagged(0x01, Buffer.from([0xff])))))
  const address = sequence(oid('551d11'), octets(sequence(tagged(0x87, Buffer.from([127, 0, 0, 1])))))
  const time = (text: string) => tagged(0x18, Buffer.from(text))
  const body = sequence(
    tagged(0xa0, integer(2)),
    integer(1),
    sequence(ecdsaWithSha256),
    name,
    sequence(time('20200101000000Z'), time('20991231235959Z')),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(isAuthority, address)),
  )
  const signature = sign('sha256', body, privateKey)
  const whole = sequence(body, sequence(ecdsaWithSha256), tagged(0x03, Buffer.from([0]), signature))
  const lines = whole.toString('base64').replace(/.{64}/g, '$&\n')
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
  }
}

/** DER: the tag, the length, the content. */
function tagged(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts)
  const { length } = content
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}

const sequence = (...parts: Buffer[]) => tagged(0x30, ...parts)
const octets = (content: Buffer) => tagged(0x04, content)
const integer = (value: number) => tagged(0x02, Buffer.from([value]))
const oid = (hex: string) => tagged(0x06, Buffer.from(hex, 'hex'))
const ecdsaWithSha256 = oid('2a8648ce3d040302')
