import type { AnyAuthMethod, AuthenticationType, AuthHandlerMiddleware, ParsedKey, Prompt } from 'ssh2'

/** The credentials for the server: a key, a password or both. Nothing else is tried. */
export interface Credentials {
  user: string
  key: ParsedKey | undefined
  password: string | undefined
}

/** The login methods in order: key, password, and the password again for keyboard-interactive. */
export class Login {
  /** The methods that the server still accepted after its last refusal. */
  remaining: readonly string[] = []
  /** For ssh2's `authHandler`: the next method that the server accepts, or false if there is none. */
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
    // ssh2 uses the returned value: `false` ends the login. Its types have only the callback.
    this.handler = (accepted: AuthenticationType[] | null) => this.#next(accepted)
  }

  #next(accepted: readonly AuthenticationType[] | null): AnyAuthMethod | false {
    if (accepted !== null) this.remaining = accepted
    const at = this.#untried.findIndex(method => accepted === null || accepted.includes(method.type))
    const [method] = at < 0 ? [] : this.#untried.splice(at, 1)
    return method ?? false
  }
}

/** Answers one hidden prompt with the password. Anything else (a code, a second round) gets no answer. */
function answerOnce(password: string) {
  let isAnswered = false
  return (_name: string, _text: string, _language: string, prompts: Prompt[], finish: (answers: string[]) => void) => {
    const isPassword = !isAnswered && prompts.length === 1 && prompts[0]?.echo !== true
    isAnswered = true
    finish(isPassword ? [password] : [])
  }
}
