/** Writes the row of one part into the table of CONTRIBUTING.md, from the report of its run. */
import { execFileSync } from 'node:child_process'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'

const [part = ''] = process.argv.slice(2)
const { files } = JSON.parse(readFileSync('.work/mutation/mutation.json', 'utf8'))
const states = Object.values(files).flatMap(({ mutants }) => mutants.map(({ status }) => status))
const count = (...wanted) => states.filter(state => wanted.includes(state)).length
const killed = count('Killed', 'Timeout')
const total = killed + count('Survived', 'NoCoverage')
const score = total === 0 ? '–' : `${((killed / total) * 100).toFixed(1)} %`
const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim()
const day = new Date().toISOString().slice(0, 10)
const row = `| \`src/${part}\` | ${total} | ${killed} | ${count('NoCoverage')} | ${score} | ${commit}, ${day} |`

const page = readFileSync('CONTRIBUTING.md', 'utf8')
const [, before, table, after] = /^([\s\S]*<!-- mutation -->\n)([\s\S]*?)(<!-- \/mutation -->[\s\S]*)$/.exec(page) ?? []
if (table === undefined) throw new Error('CONTRIBUTING.md has no table of mutations.')
const head = [
  '',
  '| of `src/` | mutants | killed | no test reaches | score | commit |',
  '| --- | --: | --: | --: | --: | --- |',
]
const rows = table.split('\n').filter(line => line.startsWith('| `src/') && !line.startsWith(`| \`src/${part}\``))
writeFileSync('CONTRIBUTING.md', [before.trimEnd(), ...head, ...[...rows, row].sort(), '', after].join('\n'))
renameSync('.work/mutation/mutation.html', `.work/mutation/${part.replaceAll('/', '-')}.html`)
console.log(`src/${part}: ${score} (${killed} of ${total} mutants killed)`)
