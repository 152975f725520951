require('../index.js').run('restore-post')
