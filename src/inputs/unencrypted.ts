import { type Finding, warning } from '../findings/finding'
import type { S3Settings } from '../store/s3/s3-settings'

/** One warning for everything that is sent without encryption beyond this machine; none when nothing is. */
export function unencrypted(inputs: { s3: Pick<S3Settings, 'endpoint'>; heartbeatUrl?: string }): Finding[] {
  const open = [
    ...(isOpen(inputs.s3.endpoint)
      ? [
          '"s3-endpoint" begins with http://: anyone on the way can read every database and file that passes, and can change what a restore, a verify or a list reads.',
        ]
      : []),
    ...(isOpen(inputs.heartbeatUrl)
      ? [
          '"heartbeat-url" begins with http://: anyone on the way can read the URL, and then report runs that never were.',
        ]
      : []),
  ]
  if (open.length === 0) return []
  return [warning('unencrypted', open.join(' '), 'Use https://, or a tunnel that ends on this machine.')]
}

function isOpen(address: string | undefined): boolean {
  const url = address === undefined ? null : URL.parse(address)
  return url?.protocol === 'http:' && !/^(localhost|.+\.localhost|127\.[\d.]+|\[::1\])$/.test(url.hostname)
}
