import { explainFolderJob } from '../../../../src/sources/files/folder-errors'
import { unreadableFinding, unreadableIn, withUser } from '../../../../src/sources/files/unreadable'
import { aJobReport } from '../../server/a-job-report'

const file = (path: string) => ({ path: Buffer.from(path), isFolder: false })
const folder = (path: string) => ({ path: Buffer.from(path), isFolder: true })
const config = '/var/www/html/wp-config.php'

describe('unreadableIn', () => {
  it('knows files and folders by the messages of rsync 3.1 to 3.5, each once', () => {
    const messages = [
      `rsync: send_files failed to open "${config}": Permission denied (13)`,
      `rsync: [sender] send_files failed to open "${config}": Permission denied (13)`,
      'rsync: [sender] opendir "/var/www/html/private" failed: Permission denied (13)',
      'rsync: [sender] readlink_stat("/var/www/html/half/x") failed: Permission denied (13)',
      'rsync error: some files/attrs were not transferred (see previous errors) (code 23) at main.c(1338) [sender=3.2.7]',
    ]
    expect(unreadableIn(messages)).toEqual([
      file(config),
      folder('/var/www/html/private'),
      file('/var/www/html/half/x'),
    ])
  })

  it('reads the bytes that rsync escapes', () => {
    const [found] = unreadableIn([
      'rsync: [sender] send_files failed to open "/a\\#012\\#303\\#251": Permission denied (13)',
    ])
    expect(found?.path.toString()).toBe('/a\né')
  })

  it.each([
    'rsync: [receiver] mkstemp "/home/b/mirror/x" failed: Permission denied (13)',
    'rsync: [sender] send_files failed to open "/srv/x": Input/output error (5)',
  ])('leaves alone what has another cause: %s', message => {
    expect(unreadableIn([message])).toEqual([])
  })
})

describe('unreadableFinding', () => {
  it('is the very sentence of the run that fails with status 23 of rsync, and has the command for this user', () => {
    const failed = explainFolderJob('the copy of the files', {
      exit: { kind: 'code', code: 70 },
      report: aJobReport({
        statuses: new Map([['rsync', 23]]),
        messages: [`rsync: [sender] send_files failed to open "${config}": Permission denied (13)`],
      }),
    })
    const dry = unreadableFinding([file(config)], 1, 'sitebackup')
    const error = withUser(failed, 'sitebackup')
    expect(error.message).toBe(dry.what)
    expect(dry.what).toBe(`The SSH user may not read 1 file of "paths": "${config}".`)
    expect(error).toMatchObject({ advice: dry.fix?.replaceAll('\n', ' ') })
    expect(dry.fix).toContain(`\nsudo setfacl -m u:sitebackup:rX -- ${config}\n`)
  })

  it('names the first of many, and quotes what a shell would take apart', () => {
    const files = Array.from({ length: 12 }, (_, index) => file(`/srv/$(x) ${index}`))
    const { what, fix } = unreadableFinding([...files, folder('/srv/p')], 40, 'b')
    expect(what).toMatch(/may not read 40 files and folders of "paths": "\/srv\/\$\(x\) 0", .* and 30 more\.$/)
    expect(fix).toContain("sudo setfacl -m u:b:rX -- '/srv/$(x) 0' ")
    expect(fix).toContain('\nsudo setfacl -R -m u:b:rX,d:u:b:rX -- /srv/p\n')
  })
})
