require('../index.js').run('backup-post')
