import { readRunIdentity } from '../../../../src/runtime/github/run-identity'

describe('readRunIdentity', () => {
  it('names the run and the attempt', () => {
    const variables = {
      GITHUB_REPOSITORY: 'acme/shop',
      GITHUB_RUN_ID: '123',
      GITHUB_RUN_ATTEMPT: '2',
      GITHUB_EVENT_NAME: 'schedule',
      GITHUB_SERVER_URL: 'https://github.com',
    }
    expect(readRunIdentity(variables)).toEqual({
      repository: 'acme/shop',
      id: '123',
      attempt: '2',
      event: 'schedule',
      url: 'https://github.com/acme/shop/actions/runs/123/attempts/2',
    })
  })

  it('names the step, whatever the branch', () => {
    const variables = {
      GITHUB_WORKFLOW_REF: 'acme/shop/.github/workflows/backup.yml@refs/heads/main',
      ...{ GITHUB_JOB: 'backup', GITHUB_ACTION: '__self' },
    }
    expect(readRunIdentity(variables)).toMatchObject({
      workflow: '.github/workflows/backup.yml',
      step: 'backup/__self',
    })
    expect(readRunIdentity({ ...variables, GITHUB_WORKFLOW_REF: '' })).not.toHaveProperty('step')
  })

  it('is empty outside GitHub', () => {
    expect(readRunIdentity({})).toEqual({ repository: '', id: '', attempt: '', event: '', url: '' })
  })
})
