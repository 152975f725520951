require('../index.js').run('verify-post')
