// A client of the AWS SDK for JavaScript for the tests in interop/. It prints JSON
// to stdout.

import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { SSOClient, paginateListAccounts } from "@aws-sdk/client-sso";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { fromIni, fromNodeProviderChain, fromSSO } from "@aws-sdk/credential-providers";

// whoami asks STS with the keys of a provider.
async function whoami(credentials) {
  const sts = new STSClient({ region: "us-east-1", credentials });
  const { Account, Arn, UserId } = await sts.send(new GetCallerIdentityCommand({}));
  return { Account, Arn, UserId };
}

// ambient prints the identity without a profile, and again when the file end exists.
async function ambient(end) {
  const credentials = fromNodeProviderChain();
  const sts = new STSClient({ region: "us-east-1", credentials });
  for (;;) {
    const { Account, Arn, UserId } = await sts.send(new GetCallerIdentityCommand({}));
    const { accessKeyId } = await sts.config.credentials();
    console.log(JSON.stringify({ Account, Arn, UserId, Key: accessKeyId }));
    if (existsSync(end)) return "done";
    while (!existsSync(end)) await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function accounts(tokenFile) {
  const { accessToken } = JSON.parse(await readFile(tokenFile, "utf8"));
  const client = new SSOClient({ region: "us-east-1" });
  let pages = 0;
  let count = 0;
  for await (const page of paginateListAccounts({ client }, { accessToken })) {
    pages++;
    count += page.accountList.length;
  }
  return { Pages: pages, Accounts: count };
}

// profiles does the lookups on stdin. Each has a profile, "" for none, and variables.
async function profiles() {
  let text = "";
  for await (const part of process.stdin) text += part;
  const found = [];
  for (const { profile, env } of JSON.parse(text)) {
    const before = { ...process.env };
    Object.assign(process.env, env);
    try {
      found.push({ arn: (await whoami(fromNodeProviderChain(profile ? { profile } : {}))).Arn });
    } catch (e) {
      found.push({ error: `${e.name}: ${e.message}` });
    }
    for (const name of Object.keys(env)) delete process.env[name];
    Object.assign(process.env, before);
  }
  return found;
}

const verbs = {
  identity: (profile) => whoami(fromSSO({ profile })),
  process: (profile) => whoami(fromIni({ profile })),
  accounts,
  ambient,
  profiles,
};

try {
  const [verb, argument] = process.argv.slice(2);
  console.log(JSON.stringify(await verbs[verb](argument)));
} catch (e) {
  console.error(`${e.name}: ${e.message}`);
  process.exitCode = 1;
}
