import { watchForCrumbs } from '../../../src/store/crumbs'

const MiB = 2 ** 20

describe('watchForCrumbs', () => {
  let bytes: number
  let isWaiting: boolean
  let failures: number
  let watch: NodeJS.Timeout
  const minutes = (count: number) => jest.advanceTimersByTime(count * 60_000)

  beforeEach(() => {
    jest.useFakeTimers()
    bytes = 0
    isWaiting = true
    failures = 0
    watch = watchForCrumbs({
      receivedBytes: () => bytes,
      isWaiting: () => isWaiting,
      fail: () => {
        failures++
        clearInterval(watch)
      },
    })
  })
  afterEach(() => {
    clearInterval(watch)
    jest.useRealTimers()
  })

  it('fails a source that sends nothing for ten minutes', () => {
    minutes(9.9)
    expect(failures).toBe(0)
    minutes(0.1)
    expect(failures).toBe(1)
  })

  it('is not content with a byte now and then', () => {
    for (let minute = 0; minute < 10; minute++) {
      bytes++
      minutes(1)
    }
    expect(failures).toBe(1)
  })

  it('is content with the slowest link that anybody has', () => {
    for (let minute = 0; minute < 600; minute++) {
      bytes += MiB / 5
      minutes(1)
    }
    expect(failures).toBe(0)
  })

  it('does not count the time in which nobody waits', () => {
    isWaiting = false
    minutes(600)
    expect(failures).toBe(0)
    isWaiting = true
    minutes(9)
    isWaiting = false
    minutes(600)
    expect(failures).toBe(0)
    isWaiting = true
    minutes(1)
    expect(failures).toBe(1)
  })
})
