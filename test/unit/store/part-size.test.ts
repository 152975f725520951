import fc from 'fast-check'
import { UserError } from '../../../src/runtime/errors'
import { planParts } from '../../../src/store/part-size'

const MiB = 2 ** 20
const GiB = 1024 * MiB

describe('planParts', () => {
  const facts = fc.record({
    expectedBytes: fc.option(fc.nat({ max: 2 * 1024 * GiB }), { nil: undefined }),
    maxParts: fc.constantFrom(1_000, 10_000),
    memoryBudgetBytes: fc.nat({ max: 2 * GiB }),
  })

  it('gives whole MiB, at least eight, and one to four parts in flight', () => {
    fc.assert(
      fc.property(facts, given => {
        const { partSizeBytes, concurrency } = planParts(given)
        expect(partSizeBytes % MiB).toBe(0)
        expect(partSizeBytes).toBeGreaterThanOrEqual(8 * MiB)
        expect([1, 2, 3, 4]).toContain(concurrency)
      }),
    )
  })

  it('leaves room for twice the expected size', () => {
    fc.assert(
      fc.property(facts, given => {
        fc.pre(given.expectedBytes !== undefined)
        const { partSizeBytes } = planParts(given)
        expect(partSizeBytes * given.maxParts).toBeGreaterThanOrEqual(2 * (given.expectedBytes ?? 0))
      }),
    )
  })

  it('keeps the parts in flight and the one being filled within the budget wherever it can', () => {
    fc.assert(
      fc.property(facts, given => {
        const { partSizeBytes, concurrency } = planParts(given)
        if (concurrency > 1) expect((concurrency + 1) * partSizeBytes).toBeLessThanOrEqual(given.memoryBudgetBytes)
        if (concurrency < 4) expect((concurrency + 2) * partSizeBytes).toBeGreaterThan(given.memoryBudgetBytes)
      }),
    )
  })

  it.each([
    [1 * GiB, 10_000, 64 * MiB, { partSizeBytes: 8 * MiB, concurrency: 4 }],
    [40 * GiB, 10_000, 64 * MiB, { partSizeBytes: 9 * MiB, concurrency: 4 }],
    [40 * GiB, 1_000, 200 * MiB, { partSizeBytes: 82 * MiB, concurrency: 1 }],
    [1024 * GiB, 10_000, 64 * MiB, { partSizeBytes: 210 * MiB, concurrency: 1 }],
    [undefined, 10_000, 64 * MiB, { partSizeBytes: 14 * MiB, concurrency: 3 }],
    [undefined, 1_000, 96 * MiB, { partSizeBytes: 32 * MiB, concurrency: 2 }],
    [undefined, 10_000, 0, { partSizeBytes: 8 * MiB, concurrency: 1 }],
  ])('plans %p bytes in %p parts with %p bytes of memory', (expectedBytes, maxParts, memoryBudgetBytes, plan) => {
    expect(planParts({ expectedBytes, maxParts, memoryBudgetBytes })).toEqual(plan)
  })

  it('refuses what no part size can hold', () => {
    const facts = { expectedBytes: 25 * 1024 * GiB, maxParts: 10_000, memoryBudgetBytes: 64 * MiB }
    expect(() => planParts(facts)).toThrow(UserError)
  })
})
