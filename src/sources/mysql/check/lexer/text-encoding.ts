import { backslashSets } from '../../client/backslash-sets'

/** By the names of MySQL and MariaDB: those of the WHATWG standard, which `TextDecoder` knows. */
const encodings: ReadonlyMap<string, string> = new Map([
  ['big5', 'big5'],
  ['cp1250', 'windows-1250'],
  ['cp1251', 'windows-1251'],
  ['cp1256', 'windows-1256'],
  ['cp1257', 'windows-1257'],
  ['cp866', 'ibm866'],
  ['cp932', 'shift_jis'],
  ['eucjpms', 'euc-jp'],
  ['euckr', 'euc-kr'],
  ['gb18030', 'gb18030'],
  ['gb2312', 'gbk'],
  ['gbk', 'gbk'],
  ['greek', 'iso-8859-7'],
  ['hebrew', 'iso-8859-8'],
  ['koi8r', 'koi8-r'],
  ['koi8u', 'koi8-u'],
  ['latin1', 'windows-1252'],
  ['latin2', 'iso-8859-2'],
  ['latin5', 'windows-1254'],
  ['latin7', 'iso-8859-13'],
  ['macroman', 'macintosh'],
  ['sjis', 'shift_jis'],
  ['tis620', 'windows-874'],
  ['ujis', 'euc-jp'],
])

const multiByte = new Set(['big5', 'cp932', 'eucjpms', 'euckr', 'gb18030', 'gb2312', 'gbk', 'sjis', 'ujis'])

/** The upper half of those that the standard does not have, to byte 0xff: `CONVERT(… USING …)` of MariaDB 10.11. */
const upperHalves: ReadonlyMap<string, string> = new Map([
  [
    'armscii8',
    '\xa0❁§։)(»«—.՝,-՟…՜՛՞ԱաԲբԳգԴդԵեԶզԷէԸըԹթԺժԻիԼլԽխԾծԿկ' + "ՀհՁձՂղՃճՄմՅյՆնՇշՈոՉչՊպՋջՌռՍսՎվՏտՐրՑցՒւՓփՔքՕօՖֆ’'",
  ],
  [
    'cp850',
    'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐' +
      '└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\xad±‗¾¶§÷¸°¨·¹³²■\xa0',
  ],
  [
    'cp852',
    'ÇüéâäůćçłëŐőîŹÄĆÉĹĺôöĽľŚśÖÜŤťŁ×čáíóúĄąŽžĘę¬źČş«»░▒▓│┤ÁÂĚŞ╣║╗╝Żż┐' +
      '└┴┬├─┼Ăă╚╔╩╦╠═╬¤đĐĎËďŇÍÎě┘┌█▄ŢŮ▀ÓßÔŃńňŠšŔÚŕŰýÝţ´\xad˝˛ˇ˘§÷¸°¨˙űŘř■\xa0',
  ],
  [
    'dec8',
    '\xa0¡¢£\ufffd¥\ufffd§¤©ª«\ufffd\ufffd\ufffd\ufffd°±²³\ufffdµ¶·\ufffd¹º»¼½\ufffd¿ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏ' +
      '\ufffdÑÒÓÔÕÖŒØÙÚÛÜŸ\ufffdßàáâãäåæçèéêëìíîï\ufffdñòóôõöœøùúûüÿ\ufffd\ufffd',
  ],
  [
    'geostd8',
    '€\ufffd‚\ufffd„…†‡\ufffd‰\ufffd‹\ufffd\ufffd\ufffd\ufffd\ufffd‘’“”•–—\ufffd\ufffd\ufffd›\ufffd\ufffd\ufffd\ufffd\xa0¡¢£¤¥¦§¨©ª«¬\xad®¯°±²³´µ¶·¸¹º»¼½¾¿' +
      'აბგდევზჱთიკლმნჲოპჟრსტჳუფქღყშჩცძწჭხჴჯჰჵ\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd№\ufffd\ufffd',
  ],
  [
    'hp8',
    '\xa0ÀÂÈÊËÎÏ´ˋˆ¨˜ÙÛ₤¯Ýý°ÇçÑñ¡¿¤£¥§ƒ¢âêôûáéóúàèòùäëöü' + 'ÅîØÆåíøæÄìÖÜÉïßÔÁÃãÐðÍÌÓÒÕõŠšÚŸÿÞþ·µ¶¾—¼½ªº«■»±\ufffd',
  ],
  [
    'keybcs2',
    'ČüéďäĎŤčěĚĹÍľĺÄÁÉžŽôöÓůÚýÖÜŠĽÝŘťáíóúňŇŮÔšřŕŔ¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐' +
      '└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\xa0',
  ],
  [
    'macce',
    'ÄĀāÉĄÖÜáąČäčĆćéŹźĎíďĒēĖóėôöõúĚěü†°Ę£§•¶ß®©™ę¨≠ģĮįĪ≤≥īĶ∂∑łĻļĽľĹĺŅ' +
      'ņŃ¬√ńŇ∆«»…\xa0ňŐÕőŌ–—“”‘’÷◊ōŔŕŘ‹›řŖŗŠ‚„šŚśÁŤťÍŽžŪÓÔūŮÚůŰűŲųÝýķŻŁżĢˇ',
  ],
])

/** The sets in which text is as in UTF-8. */
const alike = new Set(['', 'ascii', 'binary', 'utf8', 'utf8mb3', 'utf8mb4'])

/** Whether text in a character set of a database session is UTF-8. */
export function isUtf8(characterSet: string): boolean {
  return alike.has(characterSet)
}

/**
 * Whether a byte from 0x80 on begins a character whose second byte may be that of a quote or backslash: of a character
 * set in which there are any.
 */
export function beginsCharacter(byte: number, characterSet: string): boolean {
  if (!backslashSets.has(characterSet)) return false
  const isSingle = byte === 0x80 || byte === 0xff || (isJapanese.has(characterSet) && byte >= 0xa0 && byte <= 0xdf)
  return !isSingle
}

const isJapanese = new Set(['cp932', 'sjis'])

/** Whether each of its characters is one byte. */
export function isSingleByte(characterSet: string): boolean {
  return upperHalves.has(characterSet) || (encodings.has(characterSet) && !multiByte.has(characterSet))
}

/** The text of bytes in a character set of a database session; of an unknown one as UTF-8. */
export function decodeText(bytes: Buffer, characterSet: string): string {
  if (isAscii(bytes)) return bytes.toString('latin1')
  const upperHalf = upperHalves.get(characterSet)
  if (upperHalf !== undefined) {
    const first = 256 - upperHalf.length
    return [...bytes].map(byte => upperHalf[byte - first] ?? String.fromCharCode(byte)).join('')
  }
  const encoding = encodings.get(characterSet)
  return encoding === undefined ? bytes.toString('utf8') : new TextDecoder(encoding).decode(bytes)
}

/** The bytes of a text in UTF-8 or in a character set of one byte for each character; undefined: it has no such bytes. */
export function encodeText(text: string, characterSet: string): Buffer | undefined {
  const bytes = Buffer.from(text)
  if (isAscii(bytes) || isUtf8(characterSet)) return bytes
  if (!isSingleByte(characterSet)) return undefined
  const byteOf = new Map(allBytes.map(byte => [decodeText(Buffer.from([byte]), characterSet), byte]))
  const encoded = [...text].map(character => byteOf.get(character) ?? -1)
  return encoded.includes(-1) ? undefined : Buffer.from(encoded)
}

/** Bytes that are UTF-8 as a text; undefined where they are not. */
export function utf8Text(bytes: Buffer): string | undefined {
  const text = bytes.toString('utf8')
  return Buffer.from(text).equals(bytes) ? text : undefined
}

const allBytes = Array.from({ length: 256 }, (_, byte) => byte)

function isAscii(bytes: Buffer): boolean {
  return bytes.every(byte => byte < 0x80)
}
