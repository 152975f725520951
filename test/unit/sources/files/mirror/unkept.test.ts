import { unkeptFindings } from '../../../../../src/sources/files/mirror/unkept'

describe('unkeptFindings', () => {
  it('says what is not in a backup, and which package lets the next one keep it', () => {
    const reported = ['lists 3 /srv/my uploads/', 'attributes 1 /srv/a', 'surprise 1 /x', 'lists many /x']
    expect(unkeptFindings(reported)).toMatchObject([
      {
        what: 'Not in the backup: the access control lists of 3 entries, the first is "/srv/my uploads/". The server has no getfacl.',
        fix: expect.stringMatching(/sudo apt install acl$/),
      },
      {
        what: 'Not in the backup: the extended attributes of 1 entry, the first is "/srv/a". The server has no getfattr.',
      },
    ])
  })
})
