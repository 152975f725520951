import { readArguments } from '../../../../src/actions/program/arguments'

describe('readArguments', () => {
  it('reads a command, its file and the options', () => {
    const words = 'restore --with r.yml --name x --input a=1 --input b=c=d --dry-run --summary s --outputs o'
    expect(readArguments(words.split(' '))).toEqual({
      ...{ command: 'restore', file: 'r.yml', step: 'x', summaryFile: 's', outputsFile: 'o', isDryRun: true },
      form: new Map([
        ['a', '1'],
        ['b', 'c=d'],
      ]),
    })
    expect(readArguments(['list', '--with=l.yml'])).toMatchObject({ command: 'list', isDryRun: false })
    expect([readArguments(['-h']), readArguments(['--version'])]).toEqual(['help', 'version'])
  })

  it('names what is wrong, and never a value', () => {
    for (const [words, telling] of [
      [[], /must be backup, restore, verify or list, got nothing/],
      [['bakcup', '--with', 'x'], /got "bakcup"/],
      [['backup'], /"--with" is missing/],
      [['backup', '--with'], /"--with" is unknown, or without its value/],
      [['backup', '--with', 'x', '--key=hunter22'], /^(?!.*hunter22).*"--key" is unknown/],
      [['backup', '--with', 'x', '--input', 'hunter22'], /^(?!.*hunter22).*"--input" must be a name and a value/],
    ] as const)
      expect(() => readArguments(words)).toThrow(telling)
  })
})
