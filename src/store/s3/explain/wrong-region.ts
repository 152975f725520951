import type { S3Settings } from '../s3-settings'
import type { Explain } from './explanation'

/** The bucket is elsewhere. Most stores name its region. */
export const wrongRegion: Explain = (fault, _operation, settings) => {
  const { endpoint, region } = settings
  const right = fault.region === region ? undefined : fault.region
  const isInEndpoint = endpoint?.toLowerCase().includes(region.toLowerCase()) ?? false
  return {
    reason: `the bucket "${settings.bucket}" is not in the region ${shownRegion(settings)}${right === undefined ? '' : ` but in "${right}"`}`,
    advice:
      right === undefined
        ? 'Set the input "s3-region" to the region of the bucket, and "s3-endpoint", if used, to the endpoint of that region.'
        : `Set the input "s3-region" to "${right}"${isInEndpoint ? ', and "s3-endpoint" to the endpoint of that region' : ''}.`,
  }
}

/** The region in quotes, and whether anybody has chosen it. */
export function shownRegion({ region, isRegionAssumed }: Pick<S3Settings, 'region' | 'isRegionAssumed'>): string {
  return isRegionAssumed ? `"${region}" (assumed, because "s3-region" is empty)` : `"${region}"`
}
