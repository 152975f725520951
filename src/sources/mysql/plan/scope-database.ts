import type { ArtifactBaseline } from '../../../repository/guards/baseline'
export function scopeDatabase(
  before: ArtifactBaseline,
  _: unknown,
): { kept: ArtifactBaseline | undefined; dropped?: string } {
  return { kept: before }
}
