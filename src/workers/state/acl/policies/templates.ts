// The builtin templates of policies (public reference: "ACL templated policies"): what each grants, and which variables it takes.

/** As HTTP shows it. */
export interface PolicyTemplate {
  readonly TemplateID: string;
  readonly TemplateName: string;
  /** JSON schema of its variables; "" where it has none. */
  readonly Schema: string;
  /** Rules, with `{{.Name}}` where the variable goes. */
  readonly Template: string;
  readonly Description: string;
}

const NAME_SCHEMA = `{
\t"type": "object",
\t"properties": {
\t\t"name": { "type": "string", "$ref": "#/definitions/min-length-one" }
\t},
\t"required": ["name"],
\t"definitions": {
\t\t"min-length-one": {
\t\t\t\t"type": "string",
\t\t\t\t"minLength": 1
\t\t}
\t}
}`;

function block(kind: string, name: string, grant: 'read' | 'write'): string {
  return `\n${kind} "${name}" {\n\tpolicy = "${grant}"\n}`;
}

const READS_CATALOG = block('service_prefix', '', 'read') + block('node_prefix', '', 'read');

const TEMPLATES: readonly PolicyTemplate[] = [
  {
    TemplateID: '00000000-0000-0000-0000-000000000003',
    TemplateName: 'builtin/service',
    Schema: NAME_SCHEMA,
    Template:
      block('service', '{{.Name}}', 'write') + block('service', '{{.Name}}-sidecar-proxy', 'write') + READS_CATALOG,
    Description:
      'Lets a service and its sidecar proxy be registered, and lets them discover the other services and nodes.',
  },
  {
    TemplateID: '00000000-0000-0000-0000-000000000004',
    TemplateName: 'builtin/node',
    Schema: NAME_SCHEMA,
    Template: block('node', '{{.Name}}', 'write') + block('service_prefix', '', 'read'),
    Description: 'Lets an agent register its node and discover services.',
  },
  {
    TemplateID: '00000000-0000-0000-0000-000000000005',
    TemplateName: 'builtin/dns',
    Schema: '',
    Template:
      block('node_prefix', '', 'read') + block('service_prefix', '', 'read') + block('query_prefix', '', 'read'),
    Description: 'Lets DNS answer for all services, nodes and prepared queries.',
  },
  {
    TemplateID: '00000000-0000-0000-0000-000000000006',
    TemplateName: 'builtin/nomad-server',
    Schema: '',
    Template:
      '\nacl  = "write"' +
      block('agent_prefix', '', 'read') +
      block('node_prefix', '', 'read') +
      block('service_prefix', '', 'write'),
    Description: 'What the servers of Nomad need.',
  },
  {
    TemplateID: '00000000-0000-0000-0000-000000000008',
    TemplateName: 'builtin/api-gateway',
    Schema: NAME_SCHEMA,
    Template:
      '\nmesh = "read"' +
      block('node_prefix', '', 'read') +
      block('service_prefix', '', 'read') +
      block('service', '{{.Name}}', 'write'),
    Description: 'What an API gateway needs.',
  },
  {
    TemplateID: '00000000-0000-0000-0000-000000000009',
    TemplateName: 'builtin/nomad-client',
    Schema: '',
    Template:
      block('agent_prefix', '', 'read') + block('node_prefix', '', 'read') + block('service_prefix', '', 'write'),
    Description: 'What the clients of Nomad need.',
  },
];

const BY_NAME: ReadonlyMap<string, PolicyTemplate> = new Map(TEMPLATES.map((one) => [one.TemplateName, one]));

export function policyTemplate(name: string): PolicyTemplate | undefined {
  return BY_NAME.get(name);
}

export function policyTemplates(): readonly PolicyTemplate[] {
  return TEMPLATES;
}

/** Whether a template takes a name. */
export function takesName({ Schema }: PolicyTemplate): boolean {
  return Schema !== '';
}
