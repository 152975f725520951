import { type Finding, warning } from '../findings/finding'
import { messageOf } from '../runtime/errors'
import type { S3Settings } from '../store/s3/s3-settings'
import type { Store } from '../store/store'
import { isDenied, StoreError } from '../store/store-error'
import { readmeKey } from './names/keys'
import type { Repository } from './repository'

/** Where a prefix is, in the words of the stock tools. */
export interface BucketLocation extends Pick<S3Settings, 'bucket' | 'region' | 'endpoint' | 'prefix'> {
  /** `Store.name`, for the reader. */
  storeName: string
}

/** Writes the instructions, unless they are there, or a README of someone else is. A failure is a warning. */
export async function writeBucketReadme(
  { store, prefix }: Repository,
  place: Omit<BucketLocation, 'storeName' | 'prefix'>,
): Promise<Finding[]> {
  const key = readmeKey(prefix)
  const text = bucketReadme({ ...place, storeName: store.name, prefix })
  try {
    const present = await readUnlessDenied(store, key)
    if (present === text) return []
    if (present !== undefined && !present.startsWith(`${title}\n`)) {
      return [readmeWarning(`"${key}" was written by someone else, so the recovery instructions were not put there.`)]
    }
    await store.putText(key, text, { contentType: 'text/markdown; charset=utf-8' })
    return []
  } catch (error) {
    if (!(error instanceof StoreError)) throw error
    return [readmeWarning(`The recovery instructions "${key}" could not be written: ${messageOf(error)}`)]
  }
}

async function readUnlessDenied(store: Store, key: string): Promise<string | undefined> {
  try {
    return await store.getText(key)
  } catch (error) {
    // At the root of a bucket a README may be someone else's: an unreadable one stays.
    if (isDenied(error) && key.includes('/')) return undefined
    throw error
  }
}

function readmeWarning(message: string): Finding {
  return warning('bucket-readme', message)
}

const title = '# Recovery by hand: backups made by make-a-backup'

/** How to recover from this bucket by hand. The same location always gives the same text. */
export function bucketReadme({ storeName, bucket, region, endpoint, prefix }: BucketLocation): string {
  const folder = prefix === '' ? `s3://${bucket}` : `s3://${bucket}/${prefix}`
  const options = [...(endpoint === undefined ? [] : ['--endpoint-url', quote(endpoint)]), '--region', quote(region)]
  return `${title}

Where: ${storeName}${prefix === '' ? '' : `, folder \`${prefix}\``}

You need a shell, \`aws\` (the AWS command line, any version) with keys that may read this bucket, \`gunzip\` (or \`zstd\`),
\`tar\`, and the client \`mysql\` or \`mariadb\`; for objects whose names end in \`.age\` also \`age\` and the private key.
Nothing else: the objects here are plain dumps and archives.
Take your time. Nothing below changes anything in the bucket.

## 1. Reach the bucket

Paste this first; every step below uses it.

\`\`\`sh
export AWS_ACCESS_KEY_ID='...' AWS_SECRET_ACCESS_KEY='...'
s3() { aws ${options.join(' ')} s3 "$@"; }
bucket=${quote(`s3://${bucket}`)}
folder=${quote(folder)}
\`\`\`

${steps}`
}

/** The same for every bucket; uses what the first step sets. */
const steps = `## 2. Choose a recovery point

Each recovery point is a slot, such as \`Monday-13-00\`. The names come round again: a slot holds what was stored under
its name *last*, which may be an hour ago or weeks ago. The newest ones are at the end of this list:

\`\`\`sh
s3 ls "$folder/" | grep 'manifest\\.json$' | sort | tail -n 30
\`\`\`

Take one and look at the head of its manifest:

\`\`\`sh
slot='Monday-13-00'
s3 cp "$folder/$slot.manifest.json" .
head -n 20 "$slot.manifest.json"
\`\`\`

- \`"startedAt"\` is when it was taken (UTC). Go by it, not by the name.
- \`"state"\` must be \`"complete"\`. A slot that says \`"publishing"\` was interrupted while it was being replaced: its objects
  may be of two different hours. Take another slot.
- \`"verdict"\` must be \`"good"\`.
- A slot without a manifest is not a recovery point, no matter what else is there.
- \`index.html\`, if it is there, is a page that shows all of this at a glance: download it and open it in a browser.
- The folder \`suspect/\`, if there is one, holds backups that were complete and yet suspiciously smaller than the ones
  before. Use them only if you know why.
- The folder \`before-restore/\`, if there is one, holds dumps of databases from right before a restore replaced them, named by that time.
- Older ones may be in \`daily/\`, \`weekly/\`, \`monthly/\` and \`yearly/\`, and those that somebody gave a name in \`manual/\`. For
  one of those write \`folder="$folder/daily" slot='2026-11-23'\` in place of the slot.

## 3. Download and check

If you know the public key of the backup (the variable \`SIGNED_BY\`, or \`ssh-keygen -y -f\` and the private key), see first
that nobody else wrote this manifest. It must say \`Good "make-a-backup" signature\`:

\`\`\`sh
echo 'backup ssh-ed25519 AAAA...' > allowed_signers
s3 cp "$folder/$slot.manifest.json.sig" .
ssh-keygen -Y verify -f allowed_signers -I backup -n make-a-backup -s "$slot.manifest.json.sig" < "$slot.manifest.json"
\`\`\`

This fetches every object that the manifest names, and compares each with its checksum. Each line must end in \`OK\`
(on macOS write \`shasum -a 256 --check\`).

\`\`\`sh
awk -F'"' '$2 == "key" { print $4 }' "$slot.manifest.json" |
  while IFS= read -r key; do s3 cp "$bucket/$key" . < /dev/null; done
awk -F'"' '$2 == "key" { n = split($4, path, "/"); file = path[n] }
  $2 == "sha256" && file != "" { print $4 "  " file; file = "" }' "$slot.manifest.json" | sha256sum --check
\`\`\`

By eye: \`grep -A 2 '"key":' "$slot.manifest.json"\` shows name, size and checksum of each object; compare with
\`sha256sum "$slot".*\`.

If their names end in \`.age\`, they are encrypted to the keys under \`"recipients"\` in the manifest. Put the private half of
one of them, as \`age-keygen\` or \`ssh-keygen\` wrote it, into the file \`key.txt\`, and open them (\`age\` is a package of that
name in most systems). It says \`no identity matched\` when it is another key. Of a file that was damaged nothing is kept:

\`\`\`sh
for file in *.age; do
  age -d -i key.txt -o "\${file%.age}" "$file" || { rm -f "\${file%.age}"; echo "NOT OPENED: $file"; }
done
\`\`\`

All that follows is the same for what was encrypted and what was not.

## 4. Import a database

The dump has no \`CREATE DATABASE\`. Its name and its defaults are in the manifest:

\`\`\`sh
grep -E '"(database|characterSet|collation)": "' "$slot.manifest.json"
mysql -e 'CREATE DATABASE \`shop\` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci'
\`\`\`

Write your own name, character set and collation there, and your own name below. Import as the database user of the site: as
root, whatever somebody put into a dump would run with all rights. Create the user, with the password from the site's configuration:

\`\`\`sh
mysql -e "CREATE USER 'shop'@'localhost' IDENTIFIED BY '...'; GRANT ALL ON shop.* TO 'shop'@'localhost'"
\`\`\`

The \`sed\` drops a first line that newer MariaDB servers write and many clients cannot read, and gives views, triggers, routines and
events to the user who imports them; it leaves everything else as it is. Use the line that fits the object's name:

\`\`\`sh
first_line='1{/^\\/\\*M?!999999/d;}'
own_names='/^(\\/\\*!50[0-9]+ (CREATE\\*\\/|DEFINER=)|CREATE DEFINER=)/s/DEFINER=\`[^\`]*\`(@\`[^\`]*\`)?/DEFINER=CURRENT_USER/'
prepared() { LC_ALL=C sed -E -e "$first_line" -e "$own_names"; }

gunzip -c "$slot.database.sql.gz"  | prepared | mysql --user=shop --password --binary-mode --comments shop
zstd -dc  "$slot.database.sql.zst" | prepared | mysql --user=shop --password --binary-mode --comments shop
prepared < "$slot.database.sql" | mysql --user=shop --password --binary-mode --comments shop
\`\`\`

With several databases each has an object of its own, named \`<slot>.<database>.database.sql.gz\`; odd characters in the
name are written as in a web address (\`%20\` is a space). Create and import each in turn. If \`mysql\` stops with an error, what it
imported so far is not complete: drop that database, fix the cause, import again.

## 5. Unpack the files

Look first, then unpack. Names in the archive are relative to \`/\`, so \`-C /\` puts every file back where it was, over what is
there now; files that only exist now stay. To look at them beforehand, unpack into an empty folder instead of \`/\`.

\`\`\`sh
tar -tzf "$slot.codebase.tar.gz" | head

sudo tar -xpzf "$slot.codebase.tar.gz" -C /
zstd -dc "$slot.codebase.tar.zst" | sudo tar -xpf - -C /
sudo tar -xpf "$slot.codebase.tar" -C /
\`\`\`

Again, only the line that fits. If the manifest has a \`"chain"\`, the archive has only what changed since those that it names, which were
downloaded too. Then unpack them in this order, each over the one before, with GNU tar: it also removes what was gone by then, in the
folders of the archive.

\`\`\`sh
grep -A 1 '"level":' "$slot.manifest.json"
for archive in week-0.codebase.tar.gz day-00.codebase.tar.gz "$slot.codebase.tar.gz"; do
  sudo sh -c 'rm -f /.make-a-backup.owners /.make-a-backup.acls /.make-a-backup.attributes'
  gunzip -c "$archive" | sudo tar -xpf - --listed-incremental=/dev/null -C /
done
\`\`\`

If the archive's first entry is \`.make-a-backup.owners\`, the backup did not log in as root, and that list
says whose the files are. This gives them to their owners, who must exist here:

\`\`\`sh
sudo sh -c 'cd / && xargs -0 -n 2 chown -hR -- < .make-a-backup.owners; rm .make-a-backup.owners'
\`\`\`

If its last entries are \`.make-a-backup.acls\` or \`.make-a-backup.attributes\`, files had access control lists or extended attributes
(programs of the packages \`acl\` and \`attr\`). These lines give them, after the owners:

\`\`\`sh
sudo sh -c 'cd / && setfacl --restore=.make-a-backup.acls; rm .make-a-backup.acls'
sudo sh -c 'cd / && setfattr -h --restore=.make-a-backup.attributes; rm .make-a-backup.attributes'
\`\`\`

Then check the database's name, user and password in the site's configuration, and open the site.
`

/** For a POSIX shell. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
