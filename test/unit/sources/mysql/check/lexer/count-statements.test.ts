import { countStatements } from '../../../../../../src/sources/mysql/check/lexer/count-statements'

describe('countStatements', () => {
  it.each([
    ['SELECT 1', 1],
    ['SELECT 1;', 1],
    ['SELECT 1; ;', 1],
    ['SELECT 1; SELECT 0', 2],
    ['SELECT 1;SELECT 2;', 2],
    ['SELECT COUNT(*) FROM t WHERE a = \'x; y\' AND b = "; " AND `c;` = 1', 1],
    ["SELECT 'it''s; \\'; one'", 1],
    ['SELECT 1 /* ; */ -- ; SELECT 0', 1],
    ['SELECT 1 # ; SELECT 0', 1],
    ['SELECT 1 /*!40000 ; SELECT 0 */', 2],
    ['-- nothing', 0],
    ['', 0],
  ])('of %j are %i', (sql, count) => {
    expect(countStatements(sql)).toBe(count)
  })
})
