/** Thrown by the steps of an address template, caught where it is rendered. */
export class TemplateError extends Error {}
