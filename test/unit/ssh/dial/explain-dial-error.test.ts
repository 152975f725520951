import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { ActionError, FailureError, UserError } from '../../../../src/runtime/errors'
import type { SshTarget } from '../../../../src/ssh/remote'
import { cleanUp, connected, serverThat, targetAt } from '../a-server'

/** Something that is no SSH server. `talk` gets each connection, and its number from 1 on. */
async function serviceThat(talk: (socket: Socket, number: number) => void): Promise<SshTarget> {
  let connections = 0
  const server = createServer(socket => {
    cleanUp.push(() => socket.destroy())
    socket.on('error', () => {})
    socket.resume()
    talk(socket, ++connections)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanUp.push(() => server.close())
  return { ...targetAt(server.address()), password: 'correct horse' }
}

async function refusal(target: SshTarget, timeouts = {}): Promise<ActionError> {
  const error = await connected(target, { timeouts }).catch((thrown: unknown) => thrown)
  if (error instanceof ActionError) return error
  throw new Error('it connected', { cause: error })
}

describe('explainDialError', () => {
  it.each<[string, string | Buffer, string]>([
    ['a web server (HTTP)', 'HTTP/1.1 400 Bad Request\r\n\r\n', '"HTTP/1.1 400 Bad Request"'],
    ['a mail server (SMTP)', '220 mx.example.com ESMTP\r\n', '"220 mx.example.com ESMTP"'],
    ['an FTP server', '220 (vsFTPd 3.0.5)\r\n', '"220 (vsFTPd 3.0.5)"'],
    ['a mail server (IMAP)', '* OK ready\r\n', '"* OK ready"'],
    ['a service with TLS', Buffer.from('15030100020246', 'hex'), '"\\x15\\x03\\x01\\x00\\x02\\x02F"'],
    ['a MySQL or MariaDB server', Buffer.from('J\0\0\0\n11.8.3-MariaDB\0'), '"11.8.3-MariaDB\\x00"'],
  ])('names %s at the port, with its first line, and does not try again', async (name, said, shown) => {
    let connections = 0
    const target = await serviceThat(socket => {
      connections++
      socket.end(said)
    })
    const error = await refusal(target, { retryMs: [1] })
    expect(error).toBeInstanceOf(UserError)
    expect(error.message).toBe(
      `127.0.0.1:${target.port} is no SSH server, but ${name}: its first line is no greeting of SSH: ${shown}.`,
    )
    expect(error.advice).toContain('"ssh-port"')
    expect(connections).toBe(1)
  })

  it('shows what an unknown service says, also one that keeps the connection', async () => {
    const target = await serviceThat(socket => socket.write('\u001b[31mwho are you?\n'))
    const error = await refusal(target, { loginMs: 100 })
    expect(error.message).toMatch(
      /is no SSH server: its first line is no greeting of SSH: "\\x1b\[31mwho are you\?"\.$/,
    )
  })

  it('tells a port that accepts connections and says nothing from one that does not answer', async () => {
    const target = await serviceThat(() => {})
    const error = await refusal(target, { loginMs: 100 })
    expect(error).toBeInstanceOf(FailureError)
    expect(error.message).toContain('accepted the connection and did not answer: an SSH server greets first')
  })

  it('waits for the end of a penalty of OpenSSH, and says what it is when it does not end', async () => {
    const sshd = await serverThat({})
    const target = await serviceThat((socket, number) => {
      if (number < 3) {
        socket.end('Not allowed at this time\r\n')
        return
      }
      const upstream = connect(sshd.port, sshd.host)
      upstream.on('error', () => {})
      cleanUp.push(() => upstream.destroy())
      socket.pipe(upstream).pipe(socket)
    })
    const error = await refusal(target, { retryMs: [1, 1, 1], penaltyMs: [1] })
    expect(error).toBeInstanceOf(FailureError)
    expect(error.message).toContain('refuses all connections from this address for a while (2 attempts)')
    expect(error.advice).toContain('PerSourcePenaltyExemptList')
    expect(error.message + error.advice).not.toMatch(/impersonating|host key/)
    await connected(target, { timeouts: { penaltyMs: [1] } })
  })

  it('tries again when the server has too many logins at once', async () => {
    const target = await serviceThat(socket => socket.end('Exceeded MaxStartups\r\n'))
    const error = await refusal(target, { retryMs: [1] })
    expect(error).toBeInstanceOf(FailureError)
    expect(error.message).toContain('broke off before the login (2 attempts)')
    expect(error.detail).toContain('The server said: "Exceeded MaxStartups"')
  })
})
