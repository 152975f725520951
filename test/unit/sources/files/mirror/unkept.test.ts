import { unkeptFindings } from '../../../../../src/sources/files/mirror/unkept'

describe('unkeptFindings', () => {
  it('says what is not in a backup, with the commands that list it and give it back', () => {
    const reported = ['lists 3 /srv/my uploads/', 'attributes 1 /srv/a', 'surprise 1 /x', 'lists many /x']
    expect(unkeptFindings(reported, ['/srv', '/var/my site'])).toMatchObject([
      {
        what: 'Not in the backup: the access control lists of 3 entries, the first is "/srv/my uploads/".',
        fix: expect.stringMatching(/getfacl -R -s -p \/srv '\/var\/my site'\).* setfacl --restore=FILE\.$/),
      },
      { what: 'Not in the backup: the extended attributes of 1 entry, the first is "/srv/a".' },
    ])
  })
})
