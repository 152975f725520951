#!/usr/bin/env node
if (Number(process.versions.node.split('.')[0]) < 24) {
  console.error('make-a-backup needs Node 24 or newer, and this is Node ' + process.versions.node + ': https://nodejs.org')
  process.exit(1)
}
require('./index.js').runCli()
