// Whose certificates clients have whom this server gave them: those of the authority of the mesh, whatever its roots are by now.

import type { StateStore } from '../../replica/state-store.js';

/** `trust` is called with the roots as PEM, now and whenever there are others. */
export function followRoots(
  store: Pick<StateStore, 'authority' | 'observe'>,
  trust: (roots: readonly string[]) => void,
): void {
  let index = -1;
  const look = (): void => {
    const { rootsIndex } = store.authority;
    if (rootsIndex === index) return;
    index = rootsIndex;
    trust(store.authority.state().value.roots.map(({ RootCert }) => RootCert));
  };
  const lookAnew = (): void => {
    index = -1;
    look();
  };
  store.observe({ changed: look, restored: lookAnew });
  look();
}
