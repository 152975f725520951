import { FieldCutter } from '../../../src/pipeline/field-cutter'

describe('FieldCutter', () => {
  it('cuts the same fields wherever the pieces end, and keeps bytes as they are', () => {
    const bytes = Buffer.from('one\0\0tw\xff\0rest', 'latin1')
    for (let at = 0; at <= bytes.length; at++) {
      const cutter = new FieldCutter()
      const fields = [...cutter.fields(bytes.subarray(0, at)), ...cutter.fields(bytes.subarray(at))]
      expect(fields).toEqual(['one', '', 'tw\xff'])
      expect(cutter.begunBytes).toBe(4)
    }
  })
})
