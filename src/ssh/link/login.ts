import type { AnyAuthMethod, AuthenticationType, AuthHandlerMiddleware, ParsedKey, Prompt } from 'ssh2'

/** What may be shown to the server to log in: a key, a password or both. Nothing else is tried. */
export interface Credentials {
  user: string
  key: ParsedKey | undefined
  password: string | undefined
}

/** The ways to log in, in order: key, password, and the password again when it is asked for as a question. */
export class Login {
  /** What the server still accepted after its last refusal. */
  remaining: readonly string[] = []
  /** The next way the server accepts, or false when there is none; for ssh2's `authHandler`. */
  readonly handler: AuthHandlerMiddleware
  readonly #untried: AnyAuthMethod[]

  constructor({ user, key, password }: Credentials) {
    this.#untried = [
      ...(key === undefined ? [] : [{ type: 'publickey' as const, username: user, key }]),
      ...(password === undefined
        ? []
        : [
            { type: 'password' as const, username: user, password },
            { type: 'keyboard-interactive' as const, username: user, prompt: answerOnce(password) },
          ]),
    ]
    // ssh2 reads the returned value: `false` ends the login. Its types know only the callback.
    this.handler = (accepted: AuthenticationType[] | null) => this.#next(accepted)
  }

  #next(accepted: readonly AuthenticationType[] | null): AnyAuthMethod | false {
    if (accepted !== null) this.remaining = accepted
    const at = this.#untried.findIndex(method => accepted === null || accepted.includes(method.type))
    const [method] = at < 0 ? [] : this.#untried.splice(at, 1)
    return method ?? false
  }
}

/** Answers one hidden question with the password. Anything else (a code, a second round) gets no answer. */
function answerOnce(password: string) {
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
    finish(isPassword ? [password] : [])
  }
}
