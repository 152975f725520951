/** The servers' own schemas, in lower case. Their dumps cannot be restored onto another version. */
export const systemSchemas = ['mysql', 'information_schema', 'performance_schema', 'sys'] as const
