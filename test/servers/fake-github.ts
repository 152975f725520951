import { once } from 'node:events'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'

/** The API of GitHub on loopback, as far as issues and runs of workflows go, for one repository. */
export interface FakeGitHub {
  apiUrl: string
  /** In the order in which they were opened. */
  issues: FakeIssue[]
  /** Conclusions of the ended runs of the workflow, the newest first, and when they began. */
  runs: { conclusion: string; created_at: string }[]
  /** Workflows that were started by `workflow_dispatch`. */
  dispatched: string[]
  /** `METHOD path` of each request. */
  requests: string[]
  /** Answers every request whose path matches with this, until it is undefined. */
  refuse: { path: RegExp; status: number; headers?: Record<string, string> } | undefined
  close(): Promise<void>
}

interface FakeIssue {
  number: number
  title: string
  body: string
  state: 'open' | 'closed'
  comments: string[]
  user: { type: string }
  author_association: string
}

/** `token` may do everything. */
export async function startFakeGitHub(repository: string, token: string): Promise<FakeGitHub> {
  const fake: Omit<FakeGitHub, 'apiUrl' | 'close'> = {
    ...{ issues: [], runs: [], dispatched: [], requests: [], refuse: undefined },
  }
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '', 'http://localhost')
    const path = url.pathname.replace(`/repos/${repository}/`, '')
    fake.requests.push(`${request.method} ${path}`)
    const sent = await text(request)
    const { refuse } = fake
    if (refuse?.path.test(path)) {
      response.writeHead(refuse.status, refuse.headers).end('{"message":"no"}')
      return
    }
    const [status, body] =
      request.headers.authorization === `Bearer ${token}`
        ? answerTo(fake, `${request.method} ${path}`, sent === '' ? {} : JSON.parse(sent), url.searchParams)
        : [401, {}]
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return Object.assign(fake, {
    apiUrl: `http://127.0.0.1:${port}`,
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  })
}

type Sent = Partial<FakeIssue>

function answerTo(
  fake: Pick<FakeGitHub, 'issues' | 'runs' | 'dispatched'>,
  request: string,
  sent: Sent,
  query: URLSearchParams,
): [number, unknown] {
  const { issues, runs } = fake
  const [, number = '', comments] = /^\w+ issues\/(\d+)(\/comments)?$/.exec(request) ?? []
  const known = issues.find(each => each.number === Number(number))
  const shown = (issue: FakeIssue) => ({ ...issue, html_url: `https://github.com/acme/shop/issues/${issue.number}` })
  if (request === 'GET issues') {
    const open = query.get('page') === '1' ? issues.filter(({ state }) => state === query.get('state')) : []
    return [200, open.map(shown)]
  }
  if (request === 'POST issues') {
    const bot = { comments: [], user: { type: 'Bot' }, author_association: 'NONE' }
    const issue: FakeIssue = { ...{ title: '', body: '' }, ...sent, ...bot, number: issues.length + 1, state: 'open' }
    issues.push(issue)
    return [201, shown(issue)]
  }
  if (known !== undefined && comments !== undefined) {
    known.comments.push(sent.body ?? '')
    return [201, {}]
  }
  if (known !== undefined) return [200, shown(Object.assign(known, sent))]
  const [, workflow, isDispatch] = /^\w+ actions\/workflows\/([\w.-]+)\/(?:runs|(dispatches))$/.exec(request) ?? []
  if (workflow === undefined) return [404, {}]
  if (isDispatch === undefined) return [200, { workflow_runs: runs }]
  fake.dispatched.push(workflow)
  return [204, {}]
}
