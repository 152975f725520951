import type { AnyAuthMethod, AuthenticationType, AuthHandlerMiddleware, ParsedKey, Prompt } from 'ssh2'

/** The credentials for the server: a key, a password or both. Nothing else is tried. */
export interface Credentials {
  user: string
  key: ParsedKey | undefined
  password: string | undefined
}

/** How a login went, as far as it went. */
export interface LoginRecord {
  /** Whether the server was asked to log in: its host key was trusted before. */
  readonly hasBegun: boolean
  /** The methods that it accepted, each as one of several that it wants (RFC 4252, 5.1: partial success). */
  readonly accepted: readonly string[]
  readonly refusals: number
  /** The methods with which it would go on. */
  readonly remaining: readonly string[]
  /** What it asked for by keyboard-interactive. */
  readonly questions: readonly string[]
  /** What the server had to say to the user meanwhile. */
  readonly banner: string
}

export const noLogin: LoginRecord = {
  hasBegun: false,
  accepted: [],
  refusals: 0,
  remaining: [],
  questions: [],
  banner: '',
}

/** The login methods in order: key, password, and the password again for keyboard-interactive. */
export class Login {
  /** For ssh2's `authHandler`: the next method that the server accepts, or false if there is none. */
  readonly handler: AuthHandlerMiddleware
  #record: LoginRecord = noLogin
  #untried: AnyAuthMethod[]
  #unused: AnyAuthMethod[]
  #current: AnyAuthMethod | undefined

  constructor({ user, key, password }: Credentials) {
    this.#unused = [
      ...(key === undefined ? [] : [{ type: 'publickey' as const, username: user, key }]),
      ...(password === undefined
        ? []
        : [
            { type: 'password' as const, username: user, password },
            { type: 'keyboard-interactive' as const, username: user, prompt: this.#answerOnce(password) },
          ]),
    ]
    this.#untried = [...this.#unused]
    // ssh2 uses the returned value: `false` ends the login. Its types have only the callback.
    this.handler = (remaining: AuthenticationType[] | null, isPartial: boolean | null) => {
      if (remaining !== null) this.#answered(remaining, isPartial === true)
      return this.#next(remaining)
    }
  }

  get record(): LoginRecord {
    return this.#record
  }

  /** Notes what the server says to the user. */
  heard(banner: string): void {
    this.#record = { ...this.#record, banner: (this.#record.banner + banner).slice(0, saidCharactersMax) }
  }

  /** The server has not said yes. `isPartial`: it accepts the method, and wants another one too. */
  #answered(remaining: readonly string[], isPartial: boolean): void {
    const { accepted, refusals } = this.#record
    const current = this.#current
    if (!isPartial || current === undefined) {
      this.#record = { ...this.#record, remaining, refusals: refusals + 1 }
      return
    }
    this.#record = { ...this.#record, remaining, accepted: [...accepted, current.type] }
    // The server has an order of its own: a method that it refused before may be the one that it wants now.
    this.#unused = this.#unused.filter(method => method !== current)
    this.#untried = [...this.#unused]
  }

  #next(remaining: readonly string[] | null): AnyAuthMethod | false {
    const at = this.#untried.findIndex(method => remaining === null || remaining.includes(method.type))
    const [method] = at < 0 ? [] : this.#untried.splice(at, 1)
    this.#current = method
    this.#record = { ...this.#record, hasBegun: true }
    return method ?? false
  }

  /** Answers one hidden prompt with the password. Anything else (a code, a second round) gets no answer. */
  #answerOnce(password: string) {
    let isAnswered = false
    return (
      _name: string,
      _text: string,
      _language: string,
      prompts: Prompt[],
      finish: (answers: string[]) => void,
    ) => {
      const isPassword = !isAnswered && prompts.length === 1 && prompts[0]?.echo !== true
      isAnswered = true
      this.#asked(prompts)
      finish(isPassword ? [password] : [])
    }
  }

  #asked(prompts: readonly Prompt[]): void {
    const questions = prompts.map(({ prompt }) => prompt.slice(0, saidCharactersMax))
    this.#record = { ...this.#record, questions: [...this.#record.questions, ...questions].slice(0, 4) }
  }
}

const saidCharactersMax = 500
