// The package is optional: the build does without it, and what is used of it is written down in uws-module.ts.
declare module 'uWebSockets.js';
