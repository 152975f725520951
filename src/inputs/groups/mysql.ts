import { readAll } from '../../findings/read-all'
import { wrongInput } from '../../findings/wrong-input'
import { defined } from '../../runtime/defined'
import { UserError } from '../../runtime/errors'
import type { DatabaseAccess } from '../../sources/mysql/client/database-access'
import { type InputReader, optional, secret, wholeNumber } from '../read'
import { parseHost } from './host'

/** The secrets that `loadMysql` reads. */
export const mysqlSecrets = ['mysql-password'] as const

/** The inputs that `loadMysql` reads. */
export const mysqlInputs = ['mysql-user', 'mysql-password', 'mysql-host', 'mysql-port', 'mysql-socket'] as const

/** The inputs `mysql-*`. If all are empty, the client configuration on the server is used. */
export function loadMysql(read: InputReader): DatabaseAccess {
  const { user, password, host, port, socket } = readAll({
    user: () => optional(read, 'mysql-user'),
    password: () => readPassword(read),
    host: () => readHost(read),
    port: () => wholeNumber(read, 'mysql-port', { min: 1, max: 65535 }),
    socket: () => readSocket(read),
  })
  refuseContradictions(user, password, host, port, socket)
  return {
    ...defined({ user, password, host, port, socket }),
  }
}

function readPassword(read: InputReader): string | undefined {
  const password = secret(read, 'mysql-password')
  if (password !== undefined && /[\0\r\n]/.test(password)) {
    throw new UserError('Input "mysql-password" must be a single line.', {
      advice: 'Store only the password as a secret, without a line break.',
    })
  }
  return password
}

function readHost(read: InputReader): string | undefined {
  const value = optional(read, 'mysql-host')
  if (value === undefined) return undefined
  return parseHost(value, { host: 'mysql-host', port: 'mysql-port', user: 'mysql-user' })
}

function readSocket(read: InputReader): string | undefined {
  const socket = optional(read, 'mysql-socket')
  if (socket === undefined || socket.startsWith('/')) return socket
  throw wrongInput('mysql-socket', 'be an absolute path', socket, 'For example: /run/mysqld/mysqld.sock')
}

function refuseContradictions(
  user: string | undefined,
  password: string | undefined,
  host: string | undefined,
  port: number | undefined,
  socket: string | undefined,
): void {
  if (password !== undefined && user === undefined) {
    throw new UserError('Input "mysql-password" is set without "mysql-user".', {
      advice: 'Name the user that the password belongs to.',
    })
  }
  if (socket !== undefined && (host !== undefined || port !== undefined)) {
    const other = host === undefined ? 'mysql-port' : 'mysql-host'
    throw new UserError(`Inputs "mysql-socket" and "${other}" are both set.`, {
      advice:
        'Keep one: a socket is for a database on the server itself, a host and a port are for a database over TCP.',
    })
  }
}
