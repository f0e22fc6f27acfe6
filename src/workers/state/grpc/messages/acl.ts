// hashicorp.consul.acl: logins.

import { text } from './kinds.js';
import { inner, type Method, message, type ProtoFile, type RowIn, textMap } from './message.js';

const PACKAGE = 'hashicorp.consul.acl';
const SERVICE = `${PACKAGE}.ACLService`;

const loginRequest = message(`${PACKAGE}.LoginRequest`, {
  auth_method: [1, text],
  bearer_token: [2, text],
  meta: [3, textMap],
  namespace: [4, text],
  partition: [5, text],
  datacenter: [6, text],
});

const loginToken = message(`${PACKAGE}.LoginToken`, { accessor_id: [1, text], secret_id: [2, text] });
const loginResponse = message(`${PACKAGE}.LoginResponse`, { token: [1, inner(loginToken)] });
const logoutRequest = message(`${PACKAGE}.LogoutRequest`, { token: [1, text], datacenter: [2, text] });
const logoutResponse = message(`${PACKAGE}.LogoutResponse`, {});

export const login: Method<RowIn<typeof loginRequest>, RowIn<typeof loginResponse>> = {
  service: SERVICE,
  name: 'Login',
  input: loginRequest,
  output: loginResponse,
};

export const logout: Method<RowIn<typeof logoutRequest>, RowIn<typeof logoutResponse>> = {
  service: SERVICE,
  name: 'Logout',
  input: logoutRequest,
  output: logoutResponse,
};

export const aclFile: ProtoFile = {
  path: 'proto-public/pbacl/acl.proto',
  package: PACKAGE,
  imports: [],
  messages: [logoutResponse, loginRequest, loginResponse, loginToken, logoutRequest],
  enums: [],
  methods: [login, logout],
};
