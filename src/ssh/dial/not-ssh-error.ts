import { quotedName } from '../../findings/quoted-name'
import { UserError } from '../../runtime/errors'
import type { DialError } from '../link/dial-error'
import type { DialFacts } from './dial-facts'

/** The error for a port where another service answers, with its first line. */
export function notSshError({ hello, message }: DialError, { names }: DialFacts): UserError {
  const lines = hello.text.split(/[\r\n]/).filter(line => line.trim() !== '')
  // A binary protocol may have a line break before its first words.
  const first = lines.find(line => /[ -~]{4}/.test(line)) ?? lines[0] ?? ''
  const service = services.find(({ sign }) => sign.test(hello.text))?.name ?? binaryService(hello.text)
  return new UserError(
    `${names.Where} is no SSH server${service === undefined ? '' : `, but ${service}`}: ${message}: ${quotedName(first.slice(0, 120))}.`,
    {
      advice: `Set "${names.input.port}" to the port of the SSH server. On the server, this shows it: ss -tlnp | grep sshd`,
    },
  )
}

/** By what they send first, or send back to a client that speaks SSH. */
const services = [
  { sign: /^HTTP\/|^<(!doctype|html)/i, name: 'a web server (HTTP)' },
  { sign: /^220[ -].*ftp/i, name: 'an FTP server' },
  { sign: /^220[ -]|^[45]\d\d[ -]/, name: 'a mail server (SMTP)' },
  { sign: /^\+OK/, name: 'a mail server (POP3)' },
  { sign: /^\* OK/, name: 'a mail server (IMAP)' },
  { sign: /^-(ERR|DENIED)/, name: 'a Redis server' },
  { sign: /^RFB /, name: 'a VNC server' },
  { sign: /^SSH-1\./, name: 'one that speaks only SSH 1, which is broken' },
] as const

function binaryService(text: string): string | undefined {
  // An alert or a handshake, and the version of TLS.
  if (text.startsWith('\x15\x03') || text.startsWith('\x16\x03')) return 'a service with TLS'
  // The length and number of a packet, then the version of the protocol, or an error.
  if (text.startsWith('\0\n', 3) || text.startsWith('\0\xff', 3)) return 'a MySQL or MariaDB server'
  return text.startsWith('\x03\0\0') ? 'a remote desktop (RDP)' : undefined
}
