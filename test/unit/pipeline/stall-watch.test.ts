import { watchForStall } from '../../../src/pipeline/stall-watch'

describe('watchForStall', () => {
  let bytes: number
  let failures: Error[]
  let watch: NodeJS.Timeout
  const minutes = (count: number) => jest.advanceTimersByTime(count * 60_000)

  beforeEach(() => {
    jest.useFakeTimers()
    bytes = 0
    failures = []
    watch = watchForStall(
      () => bytes,
      'shop.database',
      error => failures.push(error),
    )
  })
  afterEach(() => {
    clearInterval(watch)
    jest.useRealTimers()
  })

  it('fails a stream that has begun and moves no byte for ten minutes', () => {
    bytes = 1
    minutes(10)
    expect(failures).toEqual([])
    minutes(1)
    expect(failures[0]?.message).toBe('The stream of shop.database sent no data for 10 minutes.')
  })

  it('waits for ever for the first byte: rsync and locks take their time', () => {
    minutes(600)
    expect(failures).toEqual([])
  })

  it('is content with a byte now and then', () => {
    for (bytes = 1; bytes < 20; bytes++) minutes(9)
    expect(failures).toEqual([])
  })
})
