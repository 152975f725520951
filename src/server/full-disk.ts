import { type Finding, problem } from '../findings/finding'
import { shellWord } from '../findings/shell-word'

/**
 * That a disk of the server takes no more. `lack`: `space`, `inodes`, `quota` or `read-only`; `path`: what cannot be
 * written there.
 */
export function fullDisk(lack: string, path: string): Finding {
  const folder = shellWord(path.startsWith('/') ? path : '.')
  const [what, fix] = {
    inodes: [
      `The disk of ${path} on the server has no inodes left: it takes no more files, however much space is free.`,
      `Remove files there that nobody needs, such as old sessions and caches. Shows the inodes, and the folders with most files:\ndf -i ${folder}\ndu --inodes -xS / | sort -n | tail`,
    ],
    quota: [
      `The SSH user has used up its quota on the disk of ${path} on the server.`,
      'Remove files of this user, or let the quota be raised. Shows it:\nquota -s',
    ],
    'read-only': [
      `The disk of ${path} on the server is mounted read-only.`,
      `Look why: a damaged disk is often mounted like that. Shows the mount, and what the kernel says:\ndf ${folder}\ndmesg | tail`,
    ],
  }[lack] ?? [
    `The disk of ${path} on the server is full.`,
    `Free space there. Shows how much there is, and what takes it:\ndf -h ${folder}\ndu -xh / | sort -h | tail`,
  ]
  return problem('disk-full', what ?? '', fix)
}
