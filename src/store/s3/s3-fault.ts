/** The facts of an error in one shape: for errors of S3, of Node's network layer and of the SDK. */
export interface S3Fault {
  /** S3's code, otherwise Node's, otherwise the name of the error. */
  code: string
  message: string
  /** The HTTP status; undefined without a response. */
  status: number | undefined
  /** The number of attempts, as far as the SDK reports it. */
  attempts: number
  requestId: string | undefined
  /** The region of the bucket, if the response names it. */
  region: string | undefined
  /** The SDK has adjusted its clock to the store's: with any error, while the two are minutes apart. */
  isClockCorrected: boolean
}

/** Reads any error of a request to S3. */
export function readFault(error: unknown): S3Fault {
  const metadata = field(error, '$metadata')
  const status = number(field(metadata, 'httpStatusCode'))
  const message = text(field(error, 'message')) ?? String(error)
  const nodeCode = text(field(error, 'code'))
  const name = text(field(error, 'name')) ?? ''
  const code = status === undefined ? (nodeCode ?? name) : (text(field(error, 'Code')) ?? name)
  const cause = field(error, 'cause')
  if (status === undefined && nodeCode === undefined && name === 'Error' && cause !== undefined) return readFault(cause)
  return {
    code,
    message,
    status,
    attempts: number(field(metadata, 'attempts')) ?? 1,
    requestId: text(field(metadata, 'requestId')),
    region:
      text(field(field(field(error, '$response'), 'headers'), 'x-amz-bucket-region')) ??
      text(field(error, 'Region')) ??
      // AuthorizationHeaderMalformed: "the region 'us-east-1' is wrong; expecting 'eu-west-1'"
      /expecting '([a-z0-9-]+)'/.exec(message)?.[1],
    isClockCorrected: field(metadata, 'clockSkewCorrected') === true,
  }
}

/** The SDK's error for an unknown upload, for stores that report something else. */
export function noSuchUpload(cause: unknown): Error {
  const { attempts, message } = readFault(cause)
  const metadata = { httpStatusCode: 404, attempts }
  return Object.assign(new Error(message), { name: 'NoSuchUpload', $metadata: metadata })
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined
}
