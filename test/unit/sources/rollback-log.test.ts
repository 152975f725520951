import { type RollbackStep, rollbackLog } from '../../../src/sources/rollback-log'

/** A step that notes in `order` when it is run. */
function step(name: string, order: string[], overrides: Partial<RollbackStep> = {}): RollbackStep {
  return {
    undone: `${name} is undone`,
    left: { what: `${name} is left.`, commands: [`undo ${name}`] },
    isQuick: true,
    run: async () => void order.push(name),
    ...overrides,
  }
}

const failing = { run: () => Promise.reject(new Error('no route to host')) }

function recorded() {
  const lines: string[] = []
  return { lines, log: { info: (line: string) => void lines.push(line) } }
}

describe('rollbackLog', () => {
  it('undoes the last thing first', async () => {
    const { lines, log } = recorded()
    const order: string[] = []
    const back = rollbackLog()
    for (const name of ['one', 'two', 'three']) back.add(step(name, order))
    expect(await back.rollBack({ inHurry: false, log })).toEqual({
      undone: ['three is undone', 'two is undone', 'one is undone'],
      left: [],
    })
    expect(order).toEqual(['three', 'two', 'one'])
    expect(lines).toEqual(['three is undone.', 'two is undone.', 'one is undone.'])
  })

  it('goes on behind a step that fails, and says what is left of it', async () => {
    const { lines, log } = recorded()
    const order: string[] = []
    const back = rollbackLog()
    back.add(step('one', order))
    back.add(step('two', order, failing))
    back.add(step('three', order))
    expect(await back.rollBack({ inHurry: false, log })).toEqual({
      undone: ['three is undone', 'one is undone'],
      left: [{ what: 'two is left.', commands: ['undo two'] }],
    })
    expect(lines).toContain('Could not be rolled back: no route to host')
  })

  it('keeps for the end what has to come after everything, and tells what two steps leave once', async () => {
    const { log } = recorded()
    const order: string[] = []
    const left = { what: 'The database "shop" is incomplete.', commands: ['mysql shop'] }
    const back = rollbackLog()
    for (const name of ['one', 'two']) {
      back.addLast(step(`${name}, its views`, order, { left, ...(name === 'two' ? failing : {}) }))
      back.add(step(`${name}, its rows`, order, { left, undone: '', ...(name === 'two' ? failing : {}) }))
    }
    expect(await back.rollBack({ inHurry: false, log })).toEqual({
      undone: ['one, its views is undone'],
      left: [left],
    })
    expect(order).toEqual(['one, its rows', 'one, its views'])
  })

  it('does in a hurry only what is quick, and says what is left', async () => {
    const { log } = recorded()
    const order: string[] = []
    const back = rollbackLog()
    back.add(step('quick', order))
    back.add(step('slow', order, { isQuick: false }))
    expect(await back.rollBack({ inHurry: true, log })).toEqual({
      undone: ['quick is undone'],
      left: [{ what: 'slow is left.', commands: ['undo slow'] }],
    })
    expect(order).toEqual(['quick'])
  })

  it('waits for each step before the one that came before it', async () => {
    const order: string[] = []
    const back = rollbackLog()
    back.add(step('one', order))
    back.add(
      step('two', order, {
        run: async () => {
          await new Promise(resolve => setImmediate(resolve))
          order.push('two')
        },
      }),
    )
    await back.rollBack({ inHurry: false, log: recorded().log })
    expect(order).toEqual(['two', 'one'])
  })

  it('knows whether there is anything to undo', () => {
    const back = rollbackLog()
    expect(back.isEmpty).toBe(true)
    back.add(step('one', []))
    expect(back.isEmpty).toBe(false)
  })
})
