require('../index.js').run('backup')
