import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import { mysqlInputs, s3Inputs, sshInputs } from '../../test/runner/action-run'
import { backupInputs } from '../../test/runner/backup-run'
import { type ActionRun, runAction } from '../../test/runner/emulator'
import type { RunningServices, Services } from '../../test/servers/services'
import { type Ink, markdownText } from '../markdown-text'

const root = join(__dirname, '../..')

/** The servers of the story, its shop, and how it is shown. */
export interface Stage {
  services: RunningServices
  docroot: string
  bucket: string
  /** Where logs, summaries and the page go. */
  papers: string
  ink: Ink
}

/** Runs an action from dist/ as GitHub's runner does. Prints the annotations, and keeps log and summary as files. */
export async function act(
  stage: Stage,
  title: string,
  action: string,
  inputs: Record<string, string>,
): Promise<ActionRun> {
  const { services, ink, papers } = stage
  const startedMs = Date.now()
  const run = await runAction({
    action: join(root, action),
    inputs: action === '' ? inputs : { ...s3Inputs(services, stage.bucket), ...inputs },
    folder: services.folder,
  })
  const { main } = run
  const seconds = ((Date.now() - startedMs) / 1000).toFixed(1)
  const mark = run.conclusion === 'success' ? ink.green('green') : ink.red('red')
  console.log(
    `    ${ink.dim(`uses: OWNER/make-a-backup${action === '' ? '' : `/${action}`}@v1`)}  ${mark}, ${seconds} s`,
  )
  for (const { title: name, message } of main?.annotations.error ?? []) say(ink.red(`${name}\n${message}`))
  for (const { title: name, message } of main?.annotations.warning ?? []) say(ink.yellow(`${name}: ${message}`))
  for (const { message } of main?.annotations.notice ?? []) say(ink.green(message))
  await mkdir(papers, { recursive: true })
  await writeFile(join(papers, `${title}.log`), `${main?.log.join('\n') ?? ''}\n`)
  await writeFile(join(papers, `${title}.md`), main?.summary ?? '')
  return run
}

/** The inputs of the backup of the shop. */
export function shopInputs({ services, bucket, docroot }: Stage): Record<string, string> {
  return backupInputs(services, bucket, {
    databases: 'shop',
    'structure-only-tables': 'sessions',
    paths: docroot,
    exclude: 'content/cache/',
  })
}

/** The inputs of a restore to the same server. By name: with "*" a restore goes to no folder below a hidden one. */
export function restoreInputs({ services, docroot }: Stage): Record<string, string> {
  return { ...sshInputs(services), ...mysqlInputs(services), paths: docroot }
}

/** Prints the parts of a summary below these headings; '' is what comes before the first one. */
export function showParts({ main }: ActionRun, headings: readonly RegExp[], ink: Ink): void {
  const parts = (main?.summary ?? '').split(/^(?=### )/m)
  for (const whole of parts) {
    const [part = ''] = whole.split('<details>')
    const [first = ''] = part.split('\n')
    if (headings.some(heading => heading.test(first))) console.log(`\n${indent(markdownText(part, ink))}`)
  }
}

/** Every key in the bucket. */
export async function keysOf(stage: Stage): Promise<string[]> {
  const { Contents = [] } = await withClient(stage.services, client =>
    client.send(new ListObjectsV2Command({ Bucket: stage.bucket })),
  )
  return Contents.map(({ Key = '' }) => Key)
}

/** Copies an object of the bucket into a file of the demo, and returns its path. */
export async function fetchFile(stage: Stage, key: string, name: string): Promise<string> {
  const text = await withClient(stage.services, async client => {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: stage.bucket, Key: key }))
    return (await Body?.transformToString()) ?? ''
  })
  const path = join(stage.papers, name)
  await writeFile(path, text)
  return path
}

async function withClient<T>({ s3 }: Services, work: (client: S3Client) => Promise<T>): Promise<T> {
  const client = new S3Client({
    endpoint: s3.endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: s3.accessKey, secretAccessKey: s3.secretKey },
  })
  try {
    return await work(client)
  } finally {
    client.destroy()
  }
}

export function say(text: string): void {
  console.log(indent(text))
}

function indent(text: string): string {
  return text.replace(/^(?=.)/gm, '    ')
}
