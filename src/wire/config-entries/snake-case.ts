// The names by which configuration files call the fields of config entries: `MeshGateway` is `mesh_gateway` there, `ExternalSNI`
// `external_sni`.

/** Between a small letter and a capital, before the last capital of several, and before a digit behind letters. */
const BOUNDARY = /(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[a-z])(?=[0-9])/;

export function snakeCase(name: string): string {
  return name.split(BOUNDARY).join('_').toLowerCase();
}
