import type { FilesArtifact } from '../../../repository/manifest/manifest'
import { type NextStep, planLine, type RestoredItem } from '../../restore-item'
import type { LookedAt, RestoreChoice, RestoreContext, RestorePart, RestoreStep, SeenTarget } from '../../restore-part'
import { planAttributes } from '../attributes/plan-attributes'
import type { ArchiveContent } from '../check/archive-content'
import { folderServerOver } from '../folder-server'
import { type Accounts, type AskedAccount, keyOf } from '../owners/accounts'
import type { Owner } from '../owners/owner'
import { accountsToAsk, ownersIn, planOwners } from '../owners/target-owners'
import { checkFolders } from '../target/check-folders'
import { chooseFolders } from '../target/choose-folders'
import type { FolderTargetFacts } from '../target/folder-target-facts'
import { describeFolder, diskSpaceForFolders, type FolderPart, isPart, plannedFolders } from '../target/planned-folder'
import { type FolderWork, untouchedInWords } from './folder-work'
import { givenKinds, nothingGiven } from './left-out'
import { checkStored, expectedFiles, folderContent, type RereadFiles } from './reread-files'
import type { FolderRestoreSettings } from './restore-settings'
import { surroundingSteps } from './surroundings'
import { swapFolders } from './swap-folders'
import { unpackAlong } from './unpack-along'
import { unpackFolders } from './unpack-folders'

/** Folders are unpacked next to their places, counted, and swapped in by renames. */
export function restoreFolders(
  settings: FolderRestoreSettings,
  choice: RestoreChoice<FilesArtifact>,
): RestorePart<FilesArtifact, ArchiveContent> {
  const chosen = chooseFolders(settings.paths, choice)
  return {
    artifacts: chosen === undefined ? [] : [chosen.artifact],
    check: artifact =>
      checkStored(
        artifact,
        chosen?.folders.filter(isPart).map(({ path }) => path),
      ),
    look: async ({ connection, signal, isAuthentic }) => {
      const own: OwnWork = { state: { staging: [], swaps: [] }, along: {} }
      if (chosen === undefined) return lookedAt(noFolders, async () => noFolders, own)
      const expected = expectedFiles(chosen.artifact)
      const targets = chosen.folders.map(({ target }) => target)
      const wanted = (files: RereadFiles) =>
        accountsToAsk(ownersOf(chosen.folders, files), settings.owner, files.content.attributes.accounts)
      const ask = async (accounts: Accounts<AskedAccount>) => {
        const request = { folders: targets, accounts, signal }
        return { asked: accounts, facts: await folderServerOver(connection).targetFacts(request) }
      }
      const first = await ask(wanted(expected))
      const seeFiles = (files: RereadFiles, answer: Answer) =>
        seenFolders({
          ...{ settings, parts: chosen.folders, ...answer, files, isAuthentic, own },
          nextSteps: surroundingSteps(choice.manifest, chosen.artifact.paths),
        })
      const see = async ([files]: readonly RereadFiles[]) => {
        if (files === undefined) return noFolders
        const accounts = wanted(files)
        return seeFiles(files, isAsked(accounts, first.asked) ? first : await ask(accounts))
      }
      return lookedAt(seeFiles(expected, first), see, own)
    },
  }
}

/** What the steps of one restore share. */
type OwnWork = Pick<FolderWork, 'state' | 'along'>

interface Answer {
  asked: Accounts<AskedAccount>
  facts: FolderTargetFacts
}

/** Whether all of them are among those that the server was asked for. */
function isAsked({ users, groups }: Accounts<AskedAccount>, asked: Accounts<AskedAccount>): boolean {
  const isIn = (accounts: readonly AskedAccount[], all: readonly AskedAccount[]) => {
    const keys = new Set(all.map(keyOf))
    return accounts.every(account => keys.has(keyOf(account)))
  }
  return isIn(users, asked.users) && isIn(groups, asked.groups)
}

/** A target, with the work on it. */
interface SeenFolders extends SeenTarget {
  work(context: RestoreContext): FolderWork
}

function lookedAt(
  expected: SeenFolders,
  see: LookedAt<FilesArtifact, ArchiveContent>['see'],
  { state }: OwnWork,
): LookedAt<FilesArtifact, ArchiveContent> {
  return {
    ...{ expected, see },
    begin: context => {
      const work = expected.work(context)
      return {
        along: (_artifact, read) => unpackAlong(work, read),
        state,
        get isSettled() {
          return state.swaps.length === 0
        },
        untouched: () => untouchedInWords(state, work.folders.length),
        progress: () => undefined,
      }
    },
  }
}

interface FoldersToSee extends Answer {
  settings: FolderRestoreSettings
  parts: readonly FolderPart[]
  files: RereadFiles
  isAuthentic: boolean
  own: OwnWork
  nextSteps: readonly NextStep[]
}

export function seenFolders({
  settings,
  parts,
  facts,
  asked,
  files,
  isAuthentic,
  own,
  nextSteps,
}: FoldersToSee): SeenFolders {
  const { overwrite, ssh } = settings
  const { tools, isRoot } = facts
  const { attributes: listed } = files.content
  const owners = planOwners({
    ...{ owners: ownersOf(parts, files), choice: settings.owner, asked, found: facts.accounts, isRoot, user: ssh.user },
  })
  const given = givenKinds(settings, { isAuthentic, isRoot })
  const folders = plannedFolders(parts, facts)
  const attributes = planAttributes({
    ...{ content: listed, parts: folders, withRights: given.has('attributes') },
    ...{ host: facts, asked, found: facts.accounts },
  })
  const items = folders.map(folder => describeFolder(folder, files, overwrite))
  const work = (context: RestoreContext): FolderWork => ({
    ...{ context, overwrite, folders, files, tools, given, user: ssh.user, ...own },
    ...{ numbers: owners.numbers, attributes: attributes.gives },
  })
  return {
    work,
    host: facts,
    diskBytes: mount => {
      const onMount = folders.filter(folder => folder.mount !== '' && folder.mount === mount)
      return diskSpaceForFolders(onMount, files)
    },
    // Folders are unpacked first: other sources use no space yet.
    plan: () => ({
      items,
      lines: items.map(item => planLine(item, name => name)),
      findings: [
        ...checkFolders({ settings, parts, folders, facts, files, given }),
        ...owners.findings,
        ...attributes.findings,
      ],
      facts: [...owners.facts, ...attributes.facts],
      nextSteps,
      prepare: context => preparation(work(context)),
    }),
  }
}

/** Nothing to restore. */
const noFolders: SeenFolders = {
  host: undefined,
  diskBytes: () => 0,
  work: context => ({
    ...{ context, overwrite: false, folders: [], files: undefined, tools: new Map(), user: '', given: nothingGiven },
    ...{ numbers: undefined, attributes: undefined, state: { staging: [], swaps: [] }, along: {} },
  }),
  plan: () => ({
    ...{ items: [], lines: [], findings: [], facts: [], nextSteps: [] },
    prepare: context => preparation(noFolders.work(context)),
  }),
}

function preparation(work: FolderWork): RestoreStep<RestoreStep<readonly RestoredItem[]>> {
  return {
    name: 'Unpack the files next to their places',
    run: async () => {
      const unpacked = await unpackFolders(work)
      return { name: 'Put the folders into their places', run: () => swapFolders(unpacked, work) }
    },
  }
}

/** Whose the entries of these folders are. */
function ownersOf(parts: readonly FolderPart[], files: RereadFiles): Map<Owner, number> {
  return ownersIn(parts.flatMap(({ path }) => folderContent(files, path) ?? []))
}
