import { surroundingSteps } from '../../../../../src/sources/files/restore/surroundings'

const server = { os: 'Debian GNU/Linux 12 (bookworm)' }

describe('surroundingSteps', () => {
  it('names what none of the folders has', () => {
    expect(surroundingSteps({ server }, ['/var/www/html', '/etc/apache2'])).toEqual([
      {
        what: 'Not in the recovery point, which has /var/www/html, /etc/apache2 and no more: the settings of PHP, certificates, cron jobs.',
        commands: [],
      },
    ])
  })

  it('has nothing to say of a system that was backed up whole', () => {
    expect(surroundingSteps({ server }, ['/etc', '/var/www'])).toEqual([])
  })

  it('says which PHP was there, where that is recorded', () => {
    const php = { version: 'PHP 8.2.29 (cli)', modules: ['curl', 'gd'] }
    expect(surroundingSteps({ server: { ...server, php } }, ['/etc'])[0]?.what).toBe(
      'PHP on the command line of the old server (Debian GNU/Linux 12 (bookworm)) was PHP 8.2.29 (cli), with these modules: curl, gd. To compare:',
    )
  })
})
