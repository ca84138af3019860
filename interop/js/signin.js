// Signs in to IAM Identity Center with the SDK for JavaScript alone, and uses the session like a
// profile.
//
//	node interop/js/signin.js login | accounts | credentials | identity PROFILE | logout

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import {
  GetRoleCredentialsCommand,
  LogoutCommand,
  SSOClient,
  paginateListAccountRoles,
  paginateListAccounts,
} from "@aws-sdk/client-sso";
import {
  CreateTokenCommand,
  RegisterClientCommand,
  SSOOIDCClient,
  StartDeviceAuthorizationCommand,
} from "@aws-sdk/client-sso-oidc";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { fromNodeProviderChain } from "@aws-sdk/credential-providers";

const session = "lanyard-emulator";
const startUrl = "https://d-1234567890.awsapps.com/start";
const region = "us-east-1";
const cache = join(homedir(), ".aws/sso/cache", createHash("sha1").update(session).digest("hex") + ".json");

async function login() {
  const oidc = new SSOOIDCClient({ region });
  const { clientId, clientSecret, clientSecretExpiresAt } = await oidc.send(
    new RegisterClientCommand({ clientName: "js", clientType: "public", scopes: ["sso:account:access"] }),
  );
  const flow = await oidc.send(new StartDeviceAuthorizationCommand({ clientId, clientSecret, startUrl }));
  execFileSync(process.env.BROWSER, [flow.verificationUriComplete]);
  const grantType = "urn:ietf:params:oauth:grant-type:device_code";
  for (;;) {
    try {
      const { accessToken, expiresIn, refreshToken } = await oidc.send(
        new CreateTokenCommand({ clientId, clientSecret, grantType, deviceCode: flow.deviceCode }),
      );
      const date = (ms) => new Date(ms).toISOString().replace(/\.\d+/, "");
      const cached = { startUrl, region, accessToken, expiresAt: date(Date.now() + expiresIn * 1000) };
      Object.assign(cached, { refreshToken, clientId, clientSecret });
      cached.registrationExpiresAt = date(clientSecretExpiresAt * 1000);
      await mkdir(dirname(cache), { recursive: true, mode: 0o700 });
      await writeFile(cache, JSON.stringify(cached), { mode: 0o600 });
      return;
    } catch (e) {
      if (e.name !== "AuthorizationPendingException") throw e;
      await setTimeout(flow.interval * 1000);
    }
  }
}

const client = new SSOClient({ region });
const token = async () => JSON.parse(await readFile(cache, "utf8")).accessToken;

async function accounts() {
  const accessToken = await token();
  for await (const page of paginateListAccounts({ client }, { accessToken })) {
    for (const { accountId } of page.accountList) {
      for await (const roles of paginateListAccountRoles({ client }, { accessToken, accountId })) {
        for (const { roleName } of roles.roleList) console.log(accountId, roleName);
      }
    }
  }
}

async function credentials() {
  const input = { accessToken: await token(), accountId: "111122223333", roleName: "AdministratorAccess" };
  console.log((await client.send(new GetRoleCredentialsCommand(input))).roleCredentials.accessKeyId);
}

async function identity(profile) {
  const sts = new STSClient({ region, credentials: fromNodeProviderChain({ profile }) });
  console.log((await sts.send(new GetCallerIdentityCommand({}))).Arn);
}

async function logout() {
  await client.send(new LogoutCommand({ accessToken: await token() }));
  await rm(cache);
}

const verbs = { login, accounts, credentials, identity, logout };
await verbs[process.argv[2]](...process.argv.slice(3));
