import type { Finding } from '../../findings/finding'
import { ActionError, type ErrorFacts, FailureError, messageOf } from '../../runtime/errors'
import { titleOf } from '../../runtime/text/title-of'

/** A recovery point that could not be published. Says what is safe; its uploads are taken care of. */
export class PublishError extends FailureError {
  /** True: the intent stays, and its uploads with it, to be finished later. False: nothing has changed in the slot. */
  readonly isUnfinished: boolean

  constructor(message: string, facts: ErrorFacts & { isUnfinished: boolean }) {
    super(message, facts)
    this.isUnfinished = facts.isUnfinished
  }
}

/** The commit failed and the slot is what it was. */
export function nothingChanged(slot: string, cause: unknown, warnings: readonly Finding[] = []): PublishError {
  return new PublishError(`Could not publish slot ${slot}: ${messageOf(cause)}`, {
    cause,
    ...titled(cause, `slot ${slot} was not published`),
    safe: `Nothing has changed in the bucket: slot ${slot} is unchanged, and so is every other slot.`,
    advice: adviceOf(cause),
    detail: [...detailOf(cause), ...warnings.map(warning => warning.what)],
    isUnfinished: false,
  })
}

/** The commit failed on its way. `isReadable`: whether the credentials could read the slot's manifest. */
export function unfinished(slot: string, cause: unknown, isReadable: boolean): PublishError {
  const next = isReadable
    ? 'The post step of this run, or the next backup, finishes it from the parts that are already uploaded; do not delete them.'
    : 'Its parts are already uploaded; do not delete them. Finishing it takes credentials that may also read the bucket (s3:GetObject), which these may not.'
  const advice = adviceOf(cause)
  return new PublishError(`Slot ${slot} is unfinished: ${messageOf(cause)}`, {
    cause,
    ...titled(cause, `slot ${slot} is unfinished`),
    safe: `Every other recovery point is unchanged. Slot ${slot} itself cannot be restored until it is finished.`,
    advice: advice === undefined ? next : `${next} ${advice}`,
    detail: detailOf(cause),
    isUnfinished: true,
  })
}

/** The cause comes first: it may be long, and a title is cut. */
function titled(cause: unknown, outcome: string): { title?: string } {
  return cause instanceof ActionError ? { title: titleOf(`${cause.title}; ${outcome}`) } : {}
}

function adviceOf(cause: unknown): string | undefined {
  return cause instanceof ActionError ? cause.advice : undefined
}

function detailOf(cause: unknown): readonly string[] {
  return cause instanceof ActionError ? cause.detail : []
}
