require('../index.js').run('restore')
