import { freeBytesOf, freeInodesOf, mountOf } from '../../../../src/sources/host/parse-disk'

describe('freeInodesOf', () => {
  it.each([
    ['/dev/sda1 2621440 201234 2420206 8% /', 2_420_206],
    ['/dev/sda1 100 100 0 100% /', 0],
    // btrfs has no such number.
    ['/dev/sdb 0 0 0 - /srv', undefined],
    [undefined, undefined],
  ])('reads how many files fit from %j', (line, free) => {
    expect(freeInodesOf(line)).toBe(free)
  })
})

describe('freeBytesOf', () => {
  it.each([
    ['/dev/sda1 41152736 20576368 18454940 53% /', 18_454_940],
    ['//nas/my share 100 60 40 60% /mnt/my share', 40],
    ['tmpfs 100 0 100 0% /run', 100],
    ['overlay 100 100 0 100% /', 0],
    // A file system that does not count.
    ['none 0 0 0 - /proc', 0],
    ['disk 1 2 3 4% 5 100 60 40 60% /srv', 40],
  ])('reads what is free from %j', (line, kibibytes) => {
    expect(freeBytesOf(line)).toBe(kibibytes * 1024)
  })

  it.each([
    undefined,
    '',
    'df: /srv: No such file or directory',
    '/dev/sda1 1 2 x 53% /',
    '/dev/sda1 100 60 -40 60% /',
  ])('knows nothing from %j', line => {
    expect(freeBytesOf(line)).toBeUndefined()
  })
})

describe('mountOf', () => {
  it.each([
    ['/dev/sda1 41152736 20576368 18454940 53% /', '/'],
    ['//nas/my share 100 60 40 60% /mnt/my share', '/mnt/my share'],
    ['none 0 0 0 - /proc', '/proc'],
    ['disk 1 2 3 4% 5 100 60 40 60% /srv', '/srv'],
    ['df: /srv: No such file or directory', undefined],
    [undefined, undefined],
  ])('reads where the disk is mounted from %j', (line, mount) => {
    expect(mountOf(line)).toBe(mount)
  })
})
