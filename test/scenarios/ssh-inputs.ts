import type { SshdServer } from '../servers/sshd'

/** Inputs that lead a backup to a server of the test's own. */
export function sshInputs({ port, privateKey, knownHosts }: SshdServer): Record<string, string> {
  return { 'ssh-port': String(port), 'ssh-key': privateKey, 'ssh-known-hosts': knownHosts }
}
