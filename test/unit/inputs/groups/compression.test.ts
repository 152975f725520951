import { loadCompression } from '../../../../src/inputs/groups/compression'
import { given, refusal } from '../reading'

describe('loadCompression', () => {
  it.each([
    [{}, { kind: 'gzip' }],
    [
      { compression: 'gzip', 'compression-level': '9' },
      { kind: 'gzip', level: 9 },
    ],
    [{ 'compression-level': '1' }, { kind: 'gzip', level: 1 }],
    [{ compression: 'zstd' }, { kind: 'zstd' }],
    [
      { compression: 'zstd', 'compression-level': '19' },
      { kind: 'zstd', level: 19 },
    ],
    [{ compression: 'none' }, { kind: 'none' }],
  ])('reads %j', (inputs, settings) => {
    expect(loadCompression(given(inputs))).toEqual(settings)
  })

  it.each([
    [{ compression: 'brotli' }, 'Input "compression" must be gzip, zstd or none, got "brotli".'],
    [{ compression: 'true' }, 'Input "compression" must be gzip, zstd or none, got "true".'],
    [{ 'compression-level': '10' }, 'Input "compression-level" must be a whole number from 1 to 9, got "10".'],
    [{ 'compression-level': '0' }, 'Input "compression-level" must be a whole number from 1 to 9, got "0".'],
    [{ 'compression-level': 'best' }, 'Input "compression-level" must be a whole number from 1 to 9, got "best".'],
    [
      { compression: 'zstd', 'compression-level': '20' },
      'Input "compression-level" must be a whole number from 1 to 19, got "20".',
    ],
    [{ compression: 'none', 'compression-level': '6' }, 'Input "compression-level" is set with compression: none.'],
  ])('refuses %j', (inputs, message) => {
    expect(refusal(() => loadCompression(given(inputs))).message).toBe(message)
  })
})
