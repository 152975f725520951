import { z } from 'zod'
import { type Answer, answerOf } from '../proxy/proxied-request'
import type { Proxies } from '../proxy/proxies'
import { proxyFaultIn } from '../proxy/proxy-fault'
import { tool } from '../version'

/** Where the API is, and who asks. */
export interface GitHubAccess {
  /** `https://api.github.com`, or that of an Enterprise server. */
  apiUrl: string
  /** `acme/shop` */
  repository: string
  token: string
  proxies: Proxies
  timeoutMs?: number
}

/** An issue of the repository. */
interface Issue {
  number: number
  url: string
  body: string
}

/** Why GitHub did not do it, as a whole sentence, and what to do. */
export class GitHubRefusal extends Error {
  readonly advice: string

  constructor(message: string, advice: string) {
    super(message)
    this.name = 'GitHubRefusal'
    this.advice = advice
  }
}

/** The issues and the runs of one repository. Every method throws `GitHubRefusal`. */
export interface GitHubRepository {
  /** An open issue with this text in its body, of the 300 that changed last. Strangers' ones are not looked at. */
  findIssue(text: string): Promise<Issue | undefined>
  openIssue(title: string, body: string): Promise<Issue>
  updateIssue(issue: Issue, title: string, body: string): Promise<void>
  closeIssue(issue: Issue, comment: string): Promise<void>
  /**
   * When the first of the last runs of a workflow began that all failed; undefined when the last one was good. This run
   * is not among them.
   */
  failingSince(workflow: string): Promise<Date | undefined>
}

export function githubRepository(access: GitHubAccess): GitHubRepository {
  const ask = <T>(method: 'GET' | 'POST' | 'PATCH', path: string, schema: z.ZodType<T>, body?: object) =>
    send(access, method, path, body).then(({ text }) => parsed(text, schema))
  return {
    findIssue: async text => {
      for (let page = 1; page <= pagesMax; page++) {
        const query = `state=open&sort=updated&direction=desc&per_page=${perPage}&page=${page}`
        const issues = await ask('GET', `issues?${query}`, z.array(issue))
        const found = issues.find(each => isOurs(each) && each.body?.includes(text))
        if (found !== undefined) return issueOf(found)
        if (issues.length < perPage) return undefined
      }
      return undefined
    },
    openIssue: async (title, body) => issueOf(await ask('POST', 'issues', issue, { title, body })),
    updateIssue: async ({ number }, title, body) => {
      await ask('PATCH', `issues/${number}`, issue, { title, body })
    },
    closeIssue: async ({ number }, body) => {
      await ask('POST', `issues/${number}/comments`, z.looseObject({}), { body })
      await ask('PATCH', `issues/${number}`, issue, { state: 'closed', state_reason: 'completed' })
    },
    failingSince: async workflow => {
      const file = encodeURIComponent(workflow.slice(workflow.lastIndexOf('/') + 1))
      const query = `status=completed&per_page=${perPage}`
      const { workflow_runs } = await ask('GET', `actions/workflows/${file}/runs?${query}`, runs)
      const ended = workflow_runs.filter(({ conclusion }) => conclusion === 'success' || failures.has(conclusion ?? ''))
      const good = ended.findIndex(({ conclusion }) => conclusion === 'success')
      const first = ended.slice(0, good === -1 ? undefined : good).at(-1)
      return first === undefined ? undefined : new Date(first.created_at)
    },
  }
}

const perPage = 100
const pagesMax = 3
const failures = new Set(['failure', 'timed_out', 'startup_failure'])

const issue = z.looseObject({
  number: z.number(),
  html_url: z.string(),
  body: z.string().nullish(),
  author_association: z.string().optional(),
  user: z.looseObject({ type: z.string() }).nullish(),
  pull_request: z.unknown().optional(),
})

const runs = z.looseObject({
  workflow_runs: z.array(z.looseObject({ conclusion: z.string().nullable(), created_at: z.string() })),
})

/** In a public repository anybody may open an issue with any text. */
function isOurs({ pull_request, user, author_association = '' }: z.infer<typeof issue>): boolean {
  const isKnown = user?.type === 'Bot' || ['OWNER', 'MEMBER', 'COLLABORATOR'].includes(author_association)
  return pull_request === undefined && isKnown
}

function issueOf({ number, html_url, body }: z.infer<typeof issue>): Issue {
  return { number, url: html_url, body: body ?? '' }
}

/** A hundred issues with the longest of bodies have less. */
const answerBytesMax = 16 * 1024 * 1024

async function send(
  access: GitHubAccess,
  method: 'GET' | 'POST' | 'PATCH',
  path: string,
  body?: object,
): Promise<Answer> {
  const { apiUrl, repository, token, proxies, timeoutMs = 10_000 } = access
  const content = body === undefined ? undefined : new TextEncoder().encode(JSON.stringify(body))
  const headers = {
    accept: 'application/vnd.github+json',
    authorization: `Bearer ${token}`,
    'user-agent': `${tool.name}/${tool.version}`,
    'x-github-api-version': '2022-11-28',
    ...(content && { 'content-type': 'application/json', 'content-length': content.length }),
  }
  let answer: Answer
  try {
    const url = new URL(`${apiUrl}/repos/${repository}/${path}`)
    const request = { method, headers, ...(content && { body: content }), proxies }
    answer = await answerOf(url, { ...request, signal: AbortSignal.timeout(timeoutMs) }, answerBytesMax)
  } catch (error) {
    throw new GitHubRefusal(`GitHub's API gave no answer: ${proxyFaultIn(error)?.message ?? codeOf(error)}.`, later)
  }
  if (answer.status >= 200 && answer.status < 300) return answer
  throw refusalOf(answer, path)
}

const later = 'The next run tries again.'

function codeOf(error: unknown): string {
  const field = (name: string): unknown =>
    typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined
  if (field('name') === 'TimeoutError') return 'none within 10 s'
  const code = field('code')
  return typeof code === 'string' ? code : 'the request failed'
}

function refusalOf({ status, headers }: Answer, path: string): GitHubRefusal {
  const isLimited = headers['x-ratelimit-remaining'] === '0' || headers['retry-after'] !== undefined
  if (status === 429 || (status === 403 && isLimited)) {
    const reset = Number(headers['x-ratelimit-reset'])
    const until = Number.isFinite(reset) && reset > 0 ? ` until ${new Date(reset * 1000).toISOString()}` : ''
    return new GitHubRefusal(`GitHub's rate limit for this token is used up${until}.`, later)
  }
  if (status === 401) return new GitHubRefusal('GitHub does not know the token.', 'Check "github-token".')
  if (status === 410) return new GitHubRefusal('This repository has no issues.', 'Switch them on in its settings.')
  if (status === 403 || status === 404) {
    const right = path.startsWith('actions/') ? 'read its runs' : 'write its issues'
    return new GitHubRefusal(`The token may not ${right}: GitHub answered ${status}.`, permissions)
  }
  return new GitHubRefusal(`GitHub's API answered ${status}.`, later)
}

const permissions = 'Give the job these rights:\npermissions:\n  issues: write\n  actions: read'

function parsed<T>(text: string, schema: z.ZodType<T>): T {
  try {
    return schema.parse(JSON.parse(text))
  } catch {
    throw new GitHubRefusal("GitHub's API gave an answer that cannot be read.", later)
  }
}
