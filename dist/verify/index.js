require('../index.js').run('verify')
