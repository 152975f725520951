const aboutHeld: Readonly<Record<string, readonly string[]>> = {
  ALTER: ['DATABASE', 'SCHEMA'],
  DROP: ['VIEW', 'TRIGGER', 'PROCEDURE', 'FUNCTION', 'EVENT', 'PACKAGE', 'LIBRARY'],
}

/**
 * Whether a statement with these first words is only about what is held back: it sets the default collation around an
 * object, or removes an object that is not there.
 */
export function isAboutHeld(verb: string, second: string): boolean {
  return aboutHeld[verb]?.includes(second) === true
}

/**
 * Whether it takes or ends a lock: nobody else uses a database that is being filled, and under a lock nothing can be read
 * that it does not name, as the sequence of a default.
 */
export function isLock(verb: string): boolean {
  return verb === 'LOCK' || verb === 'UNLOCK'
}
