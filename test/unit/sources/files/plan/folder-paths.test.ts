import { cutName, isInside, isKernelFolder } from '../../../../../src/sources/files/plan/folder-paths'

describe('isInside', () => {
  it.each([
    ['/srv', '/srv', true],
    ['/srv/a', '/srv', true],
    ['/srv2', '/srv', false],
    ['/srv', '/', true],
  ])('%s in %s: %s', (path, folder, expected) => {
    expect(isInside(path, folder)).toBe(expected)
  })
})

describe('isKernelFolder', () => {
  it('knows those of the kernel', () => {
    expect(['/proc/1', '/sys', '/dev/shm', '/developers', '/srv'].map(isKernelFolder)).toEqual([
      true,
      true,
      true,
      false,
      false,
    ])
  })
})

describe('cutName', () => {
  it.each([
    ['html', 10, 'html'],
    ['html', 3, 'htm'],
    ['Übersicht', 1, ''],
    ['Übersicht', 2, 'Ü'],
    ['a😀b', 4, 'a'],
    ['a😀b', 5, 'a😀'],
  ])('of %s, %i bytes, is "%s"', (name, bytes, expected) => {
    expect(cutName(name, bytes)).toBe(expected)
  })
})
