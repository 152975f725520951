import { shellWord } from '../../findings/shell-word'

export interface S3Place {
  bucket: string
  /** Undefined: AWS itself. */
  endpoint?: string
}

/** The command that prints a stored object. */
export function fetchCommand({ bucket, endpoint }: S3Place, key: string): string {
  const from = endpoint === undefined ? '' : `--endpoint-url ${shellWord(endpoint)} `
  return `aws ${from}s3 cp ${shellWord(`s3://${bucket}/${key}`)} -`
}
