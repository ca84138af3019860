//go:build unix

package interop_test

import "strings"

// A profileCase is a profile, and the identity that every client must find for it.
type profileCase struct {
	profile string // the argument of --profile; "" means no argument
	config  string // the settings of the profile in the config
	keys    string // the settings of the profile in the credentials file
	env     string // words NAME=VALUE for the environment of the client

	arn     string // * stands for any text; "" means that the client must fail
	message string // a part of the error of lanyard, the AWS CLI and boto3
	differs []deviation
}

// A deviation is a different result of some clients.
type deviation struct {
	clients string // starts of the names of the clients, with commas between them
	arn     string // "" means an error
	message string // a part of the error; "" accepts any error
	why     string
}

// The clients that differ most often.
const (
	own      = "lanyard"
	oldCLI   = "AWS CLI v2 2.9"
	oldBoto3 = "boto3 1.26.27" // of Debian 12
	goSDKs   = "SDK for Go, Terraform"
	jsSDK    = "SDK for JavaScript"
)

// The identities of the table.
const (
	jane        = "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_AdministratorAccess_*/jane"
	account     = "444455556666"
	workRole    = "role_arn = arn:aws:iam::210987654321:role/Work\n"
	operateRole = "role_arn = arn:aws:iam::210987654321:role/Operate\n"
	webRole     = "role_arn = arn:aws:iam::123456789012:role/Pipeline\nweb_identity_token_file = {dir}/token\n"
	janeRole    = "sso_account_id = 111122223333\nsso_role_name = AdministratorAccess\n"
	ssoKeys     = "sso_session = corp\n" + janeRole
	legacy      = "sso_start_url = " + startURL + "\nsso_region = us-east-1\n" + janeRole
)

// tableUsers are the IAM users of the table. Each has a key, which keysOf returns.
var tableUsers = []string{"config", "file", "environment", "program", "standard"}

// userARN returns the ARN of an IAM user.
func userARN(name string) string { return "arn:aws:iam::" + account + ":user/" + name }

// baseARN returns the ARN of the temporary credentials with this name.
func baseARN(name string) string { return "arn:aws:sts::" + account + ":assumed-role/Base/" + name }

// workARN returns the ARN of a session of the role Work.
func workARN(session string) string {
	return "arn:aws:sts::210987654321:assumed-role/Work/" + session
}

func webARN(session string) string {
	return "arn:aws:sts::123456789012:assumed-role/Pipeline/" + session
}

// accessKey returns the access key of an IAM user.
func accessKey(user string) (id, secret string) {
	return "AKIA" + (strings.ToUpper(user) + "XXXXXXXXXXXXXXXX")[:16], (user + strings.Repeat("x", 40))[:40]
}

// keysOf returns the settings with the access key of an IAM user.
func keysOf(user string) string {
	id, secret := accessKey(user)
	return "aws_access_key_id = " + id + "\naws_secret_access_key = " + secret + "\n"
}

// envOf returns the variables with the access key of an IAM user.
func envOf(user string) string {
	id, secret := accessKey(user)
	return "AWS_ACCESS_KEY_ID=" + id + " AWS_SECRET_ACCESS_KEY=" + secret
}

// work returns the settings of a profile that assumes the role Work.
func work(session, settings string) string {
	return workRole + "role_session_name = " + session + "\n" + settings
}

// profileTable has every kind of profile. Each name of a role session is unique, because the AWS
// CLI caches roles without their source.
var profileTable = []profileCase{
	// Identity Center.
	{profile: "dev", config: ssoKeys, arn: jane},
	{profile: "legacy", config: legacy, arn: jane},
	{profile: "sso-both-forms", config: "sso_session = corp\n" + legacy, arn: jane},
	{profile: "sso-inconsistent", config: ssoKeys + "sso_start_url = https://d-0000000000.awsapps.com/start\n", message: "sso_start_url", differs: []deviation{
		{clients: jsSDK, arn: jane, why: "does not compare the start URLs"},
	}},
	{profile: "sso-no-account", config: "sso_session = corp\nsso_role_name = AdministratorAccess\n", message: "sso_account_id"},
	{profile: "sso-no-role", config: "sso_session = corp\nsso_account_id = 111122223333\n", message: "sso_role_name"},
	{profile: "sso-no-region", config: "sso_start_url = " + startURL + "\n" + janeRole, message: "sso_region"},
	{profile: "sso-no-section", config: "sso_session = nope\n" + janeRole, message: "nope"},
	{profile: "sso-denied", config: "sso_session = corp\nsso_account_id = 111122223333\nsso_role_name = Billing\n", message: "No access"},
	{profile: "sso-session-only", config: "sso_session = corp\n", message: "Unable to locate credentials"},
	{profile: "sso-in-credentials", keys: ssoKeys, arn: jane},
	{profile: "sso-split", config: "sso_session = corp\n", keys: janeRole, arn: jane},

	// Keys.
	{profile: "keys-config", config: keysOf("config"), arn: userARN("config")},
	{profile: "keys-credentials", keys: keysOf("file"), arn: userARN("file")},
	{profile: "keys-both", config: keysOf("config"), keys: keysOf("file"), arn: userARN("file")},
	{profile: "keys-token", config: "{temporary}", arn: baseARN("temporary")},
	{profile: "keys-token-credentials", keys: "{temporary}", arn: baseARN("temporary")},
	{profile: "keys-no-token", keys: "{temporary-without-token}", message: "InvalidClientTokenId"},
	{profile: "keys-upper-case", keys: strings.ToUpper("aws_access_key_id") + keysOf("file")[len("aws_access_key_id"):], arn: userARN("file"), differs: []deviation{
		{clients: jsSDK, why: "names of settings have small letters"},
	}},
	{profile: "keys-unknown", keys: "aws_access_key_id = AKIANOBODYXXXXXXXXXX\naws_secret_access_key = secret\n", message: "InvalidClientTokenId"},
	{profile: "keys-no-secret", keys: "aws_access_key_id = AKIAFILE\n", message: "Partial credentials found in shared-credentials-file, missing: aws_secret_access_key"},
	{profile: "keys-no-secret-config", config: "aws_access_key_id = AKIACONFIG\n", message: "Partial credentials found in config-file, missing: aws_secret_access_key"},
	{profile: "keys-no-id", keys: "aws_secret_access_key = secret\n", message: "Unable to locate credentials"},
	{profile: "keys-split", config: strings.SplitAfter(keysOf("config"), "\n")[0], keys: strings.SplitAfter(keysOf("config"), "\n")[1], message: "Partial credentials found in config-file", differs: []deviation{
		{clients: jsSDK, arn: userARN("config"), why: "merges the files"},
	}},
	{profile: "keys-none", config: "output = json\n", message: "Unable to locate credentials"},

	// Roles with a source_profile.
	{profile: "role-sso", config: work("sso", "source_profile = dev\n"), arn: workARN("sso"), differs: []deviation{
		{clients: oldCLI + ", " + oldBoto3, message: "get_frozen_token", why: "a source cannot have sso_session"},
	}},
	{profile: "role-legacy", config: work("legacy", "source_profile = legacy\n"), arn: workARN("legacy")},
	{profile: "role-config", config: work("config", "source_profile = keys-config\n"), arn: workARN("config")},
	{profile: "role-credentials", config: work("credentials", "source_profile = keys-credentials\n"), arn: workARN("credentials")},
	{profile: "role-token", config: work("token", "source_profile = keys-token\n"), arn: workARN("token")},
	{profile: "role-process", config: work("process", "source_profile = process\n"), arn: workARN("process")},
	{profile: "role-own-process", config: work("own-process", "source_profile = process-own\n"), arn: workARN("own-process")},
	{profile: "role-web", config: work("web", "source_profile = web\n"), arn: workARN("web")},
	{profile: "role-itself", config: work("itself", "source_profile = role-itself\n") + keysOf("config"), arn: workARN("itself")},
	{profile: "role-itself-credentials", config: work("itself-2", "source_profile = role-itself-credentials\n"), keys: keysOf("file"), arn: workARN("itself-2")},
	{profile: "role-itself-sso", config: work("itself-3", "source_profile = role-itself-sso\n") + ssoKeys, message: "Infinite loop in credential configuration", differs: []deviation{
		{clients: goSDKs, arn: workARN("itself-3"), why: "the profile is its own source"},
	}},
	{profile: "link-1", config: "role_arn = arn:aws:iam::210987654321:role/Link1\nrole_session_name = link-1\nsource_profile = legacy\n", arn: "arn:aws:sts::210987654321:assumed-role/Link1/link-1"},
	{profile: "link-2", config: "role_arn = arn:aws:iam::210987654321:role/Link2\nrole_session_name = link-2\nsource_profile = link-1\n", arn: "arn:aws:sts::210987654321:assumed-role/Link2/link-2"},
	{profile: "link-3", config: "role_arn = arn:aws:iam::210987654321:role/Link3\nrole_session_name = link-3\nsource_profile = link-2\n", arn: "arn:aws:sts::210987654321:assumed-role/Link3/link-3"},
	{profile: "link-4", config: "role_arn = arn:aws:iam::210987654321:role/Link4\nrole_session_name = link-4\nsource_profile = link-3\n", arn: "arn:aws:sts::210987654321:assumed-role/Link4/link-4"},
	{profile: "link-5", config: "role_arn = arn:aws:iam::210987654321:role/Link5\nrole_session_name = link-5\nsource_profile = link-4\n", arn: "arn:aws:sts::210987654321:assumed-role/Link5/link-5"},
	{profile: "link-missing", config: "role_arn = arn:aws:iam::210987654321:role/Link5\nrole_session_name = link-missing\nsource_profile = link-3\n", message: "AccessDenied"},
	{profile: "keys-and-role", config: "role_arn = arn:aws:iam::210987654321:role/Nobody\nsource_profile = legacy\n" + keysOf("config"), message: "AccessDenied"},
	{profile: "role-keys-and-role", config: work("keys-and-role", "source_profile = keys-and-role\n"), arn: workARN("keys-and-role"), differs: []deviation{
		{clients: goSDKs, why: "the role of the source comes before its keys"},
	}},
	{profile: "role-no-session-name", config: workRole + "source_profile = keys-config\n", arn: workARN("*")},
	{profile: "role-external", config: "role_arn = arn:aws:iam::210987654321:role/Partner\nsource_profile = keys-config\nexternal_id = partner-2026\nrole_session_name = external\n", arn: "arn:aws:sts::210987654321:assumed-role/Partner/external"},
	{profile: "role-external-missing", config: "role_arn = arn:aws:iam::210987654321:role/Partner\nsource_profile = keys-config\nrole_session_name = external-2\n", message: "AccessDenied"},
	{profile: "role-external-wrong", config: "role_arn = arn:aws:iam::210987654321:role/Partner\nsource_profile = keys-config\nexternal_id = other\nrole_session_name = external-3\n", message: "AccessDenied"},
	{profile: "role-unknown", config: "role_arn = arn:aws:iam::210987654321:role/Nope\nsource_profile = keys-config\n", message: "AccessDenied"},
	{profile: "role-in-credentials", keys: work("in-credentials", "source_profile = keys-config\n"), arn: workARN("in-credentials")},
	{profile: "role-split", config: "source_profile = keys-config\n", keys: work("split", ""), arn: workARN("split")},
	{profile: "role-bad-session-name", config: workRole + "role_session_name = two words\nsource_profile = keys-config\n", message: "ValidationError"},

	// Durations.
	{profile: "duration-899", config: work("d-899", "source_profile = keys-config\nduration_seconds = 899\n"), message: "900", differs: []deviation{
		{clients: goSDKs, arn: workARN("d-899"), why: "durations of less than 16 minutes do not count"},
	}},
	{profile: "duration-900", config: work("d-900", "source_profile = keys-config\nduration_seconds = 900\n"), arn: workARN("d-900")},
	{profile: "duration-3600", config: work("d-3600", "source_profile = legacy\nduration_seconds = 3600\n"), arn: workARN("d-3600")},
	{profile: "duration-3601", config: work("d-3601", "source_profile = keys-config\nduration_seconds = 3601\n"), arn: workARN("d-3601")},
	{profile: "duration-3601-chained", config: work("d-3601-chained", "source_profile = legacy\nduration_seconds = 3601\n"), message: "DurationSeconds", differs: []deviation{
		{clients: own, arn: workARN("d-3601-chained"), why: "requests one hour, with a warning: docs/profiles.md"},
	}},
	{profile: "duration-abc", config: work("d-abc", "source_profile = keys-config\nduration_seconds = abc\n"), arn: workARN("d-abc"), differs: []deviation{
		{clients: jsSDK, why: "sends NaN"},
	}},
	{profile: "duration-fraction", config: work("d-fraction", "source_profile = keys-config\nduration_seconds = 3600.5\n"), arn: workARN("d-fraction")},
	{profile: "duration-43201", config: work("d-43201", "source_profile = keys-config\nduration_seconds = 43201\n"), message: "43200"},

	// Roles with a credential_source.
	{profile: "source-environment", config: work("environment", "credential_source = Environment\n"), env: envOf("environment"), arn: workARN("environment")},
	{profile: "source-environment", message: "No credentials found in credential_source referenced in profile source-environment"},
	{profile: "source-container", config: work("container", "credential_source = EcsContainer\n"), env: "{container}", arn: workARN("container")},
	{profile: "source-container", message: "No credentials found in credential_source referenced in profile source-container"},
	{profile: "source-instance", config: work("instance", "credential_source = Ec2InstanceMetadata\n"), env: "{instance}", arn: workARN("instance")},
	{profile: "source-instance", message: "No credentials found in credential_source referenced in profile source-instance"},
	{profile: "source-unknown", config: work("unknown", "credential_source = Moon\n"), message: `The credential source "Moon" referenced in profile "source-unknown" is not valid.`},
	{profile: "source-case", config: work("case", "credential_source = environment\n"), env: envOf("environment"), message: "is not valid"},
	{profile: "source-both", config: work("both", "credential_source = Environment\nsource_profile = dev\n"), env: envOf("environment"), message: `The profile "source-both" contains both source_profile and credential_source.`},
	{profile: "source-neither", config: workRole, message: "Partial credentials found in assume-role, missing: source_profile or credential_source"},
	{profile: "source-missing", config: work("missing", "source_profile = nope\n"), message: `The source_profile "nope" referenced in the profile "source-missing" does not exist.`},
	{profile: "source-empty", config: work("empty", "source_profile = keys-none\n"), message: `The source profile "keys-none" must have credentials.`},
	{profile: "source-denied", config: work("denied", "source_profile = sso-denied\n"), message: "No access", differs: []deviation{
		{clients: oldCLI + ", " + oldBoto3, message: "get_frozen_token", why: "a source cannot have sso_session"},
	}},
	{profile: "source-partial", config: work("partial", "source_profile = keys-no-secret\n"), message: "Partial credentials found in shared-credentials-file"},
	{profile: "loop-1", config: work("loop-1", "source_profile = loop-2\n"), message: "Infinite loop in credential configuration"},
	{profile: "loop-2", config: work("loop-2", "source_profile = loop-1\n"), message: "Infinite loop in credential configuration"},
	{profile: "loop-itself", config: work("loop-itself", "source_profile = loop-itself\n"), message: "Infinite loop in credential configuration"},
	{profile: "loop-behind", config: work("loop-behind", "source_profile = loop-1\n"), message: "Infinite loop in credential configuration"},

	// Web identities.
	{profile: "web", config: webRole + "role_session_name = web\n", arn: webARN("web")},
	{env: "AWS_WEB_IDENTITY_TOKEN_FILE={dir}/token AWS_ROLE_ARN=arn:aws:iam::123456789012:role/Pipeline AWS_ROLE_SESSION_NAME=from-environment", arn: webARN("from-environment"), differs: []deviation{
		{clients: jsSDK, arn: userARN("standard"), why: "keys come before the token"},
		{clients: own + " exec", message: "missing argument: PROFILE", why: "needs a profile"},
	}},
	{profile: "keys-config", env: "AWS_WEB_IDENTITY_TOKEN_FILE={dir}/token AWS_ROLE_ARN=arn:aws:iam::123456789012:role/Pipeline", arn: userARN("config")},
	{profile: "web-missing-file", config: "role_arn = arn:aws:iam::123456789012:role/Pipeline\nweb_identity_token_file = {dir}/nope\nrole_session_name = web-missing\n", message: "nope"},
	{profile: "web-other-token", config: "role_arn = arn:aws:iam::123456789012:role/Pipeline\nweb_identity_token_file = {dir}/other-token\nrole_session_name = web-other\n", message: "AccessDenied"},
	{profile: "web-no-role", config: "web_identity_token_file = {dir}/token\n", message: "has no role ARN configured"},
	{profile: "web-and-source", config: webRole + "role_session_name = web-and-source\nsource_profile = keys-config\n", arn: webARN("web-and-source"), differs: []deviation{
		{clients: goSDKs, why: "accepts only one kind in a profile"},
		{clients: jsSDK, why: "the source comes before the token"},
	}},
	{profile: "web-and-sso", config: webRole + "role_session_name = web-and-sso\n" + ssoKeys, arn: webARN("web-and-sso")},
	{profile: "web-and-keys", config: webRole + "role_session_name = web-and-keys\n", keys: keysOf("file"), arn: webARN("web-and-keys"), differs: []deviation{
		{clients: goSDKs, why: "assumes the role with the keys"},
		{clients: jsSDK, arn: userARN("file"), why: "keys come before the token"},
	}},

	// Programs.
	{profile: "process", config: "credential_process = cat {dir}/program.json\n", arn: userARN("program")},
	{profile: "process-own", config: "credential_process = {lanyard} sso get-credentials --profile dev\n", arn: jane},
	{profile: "process-own-role", config: "credential_process = {lanyard} sso get-credentials --profile link-2\n", arn: "arn:aws:sts::210987654321:assumed-role/Link2/link-2"},
	{profile: "process-token", config: "credential_process = cat {dir}/token.json\n", arn: baseARN("temporary")},
	{profile: "process-quotes", config: "credential_process = cat \"{dir}/two words.json\"\n", arn: userARN("program")},
	{profile: "process-in-credentials", keys: "credential_process = cat {dir}/program.json\n", arn: userARN("program")},
	{profile: "process-fails", config: "credential_process = cat {dir}/nope.json\n", message: "Error when retrieving credentials from custom-process: "},
	{profile: "process-missing", config: "credential_process = {dir}/nope\n", message: "nope"},
	{profile: "process-expired", config: "credential_process = cat {dir}/expired.json\n", message: "expired", differs: []deviation{
		{clients: goSDKs, arn: baseARN("temporary"), why: "uses the keys, although they have expired"},
	}},
	{profile: "process-version-2", config: "credential_process = cat {dir}/version2.json\n", message: "Unsupported version '2' for credential process provider, supported versions: 1"},
	{profile: "process-no-key", config: "credential_process = cat {dir}/nokey.json\n", message: "Missing required key in response: 'AccessKeyId'"},
	{profile: "process-text", config: "credential_process = cat {dir}/token\n"},

	// Containers and instances.
	{profile: "keys-none", env: "{container}", arn: baseARN("container")},
	{profile: "keys-none", env: "{container-token}", arn: baseARN("container")},
	{profile: "keys-none", env: "AWS_CONTAINER_CREDENTIALS_FULL_URI=http://example.com/keys", message: "Unsupported host 'example.com'"},
	{profile: "keys-none", env: "{instance}", arn: baseARN("instance")},
	{profile: "keys-none", env: "{instance-1}", arn: baseARN("instance")},
	{profile: "keys-config", env: "{container} {instance}", arn: userARN("config")},
	{profile: "keys-none", env: "{container} {instance}", arn: baseARN("container")},
	{profile: "source-empty", env: "{container}", message: `The source profile "keys-none" must have credentials.`, differs: []deviation{
		{clients: jsSDK, arn: baseARN("container"), why: "goes on to the container"},
	}},

	// Two kinds in one profile.
	{profile: "mix-sso-config", config: ssoKeys + keysOf("config"), arn: jane, differs: []deviation{
		{clients: goSDKs + ", " + jsSDK, arn: userARN("config"), why: "keys come before Identity Center"},
	}},
	{profile: "mix-sso-credentials", config: ssoKeys, keys: keysOf("file"), arn: jane, differs: []deviation{
		{clients: goSDKs + ", " + jsSDK, arn: userARN("file"), why: "keys come before Identity Center"},
	}},
	{profile: "mix-sso-process", config: ssoKeys + "credential_process = cat {dir}/program.json\n", arn: jane, differs: []deviation{
		{clients: jsSDK, arn: userARN("program"), why: "programs come before Identity Center"},
	}},
	{profile: "mix-process-config", config: "credential_process = cat {dir}/program.json\n" + keysOf("config"), arn: userARN("program"), differs: []deviation{
		{clients: goSDKs + ", " + jsSDK, arn: userARN("config"), why: "keys come before programs"},
	}},
	{profile: "mix-process-credentials", config: "credential_process = cat {dir}/program.json\n", keys: keysOf("file"), arn: userARN("file")},
	{profile: "mix-role-sso", config: work("mix-sso", "source_profile = keys-config\n") + ssoKeys, arn: workARN("mix-sso")},
	{profile: "mix-role-process", config: work("mix-process", "source_profile = keys-config\ncredential_process = cat {dir}/program.json\n"), arn: workARN("mix-process"), differs: []deviation{
		{clients: goSDKs, why: "accepts only one kind in a profile"},
	}},
	{profile: "mix-role-sso-no-source", config: workRole + ssoKeys, message: "Partial credentials found in assume-role", differs: []deviation{
		{clients: goSDKs, arn: workARN("*"), why: "the profile is its own source"},
		{clients: jsSDK, arn: jane, why: "the role does not count"},
	}},
	{profile: "mix-role-keys-no-source", config: workRole + keysOf("config"), message: "Partial credentials found in assume-role", differs: []deviation{
		{clients: goSDKs, arn: workARN("*"), why: "the profile is its own source"},
		{clients: jsSDK, arn: userARN("config"), why: "the role does not count"},
	}},
	{profile: "role-mix-sso-credentials", config: work("of-mix", "source_profile = mix-sso-credentials\n"), arn: workARN("of-mix"), differs: []deviation{
		{clients: oldCLI + ", " + oldBoto3, message: "get_frozen_token", why: "a source cannot have sso_session"},
	}},

	// Names.
	{arn: userARN("standard"), differs: []deviation{
		{clients: own + " exec", message: "missing argument: PROFILE", why: "needs a profile"},
	}},
	{profile: "default", config: "region = us-east-1\n", keys: keysOf("standard"), arn: userARN("standard")},
	{profile: "with blanks", config: keysOf("config"), arn: userARN("config"), differs: []deviation{
		{clients: goSDKs + ", " + jsSDK, why: "does not know quotes in the name of a section"},
	}},
	{profile: "société-𝒳", config: keysOf("config"), arn: userARN("config"), differs: []deviation{
		{clients: jsSDK, why: "does not know letters outside ASCII in the name of a section"},
	}},
	{profile: "with:colon", config: keysOf("config"), arn: userARN("config")},
	{profile: "role-with-blanks", config: work("with-blanks", "source_profile = with blanks\n"), arn: workARN("with-blanks"), differs: []deviation{
		{clients: goSDKs + ", " + jsSDK, why: "does not know quotes in the name of a section"},
	}},
	{profile: "Dev", message: "The config profile (Dev) could not be found"},
	{profile: "nope", message: "The config profile (nope) could not be found"},
	{profile: "section-without-word", message: "The config profile (section-without-word) could not be found"},
	{profile: "unquoted blanks", message: "The config profile (unquoted blanks) could not be found"},

	// The environment.
	{env: "AWS_PROFILE=keys-config", arn: userARN("config")},
	{env: "AWS_PROFILE=role-legacy", arn: workARN("legacy")},
	{env: "AWS_PROFILE=nope", message: "The config profile (nope) could not be found"},
	{env: "AWS_DEFAULT_PROFILE=keys-config", arn: userARN("config"), differs: []deviation{
		{clients: jsSDK, arn: userARN("standard"), why: "does not know AWS_DEFAULT_PROFILE"},
	}},
	{env: "AWS_PROFILE=keys-config AWS_DEFAULT_PROFILE=keys-credentials", arn: userARN("config"), differs: []deviation{
		{clients: "AWS CLI v1, boto3", arn: userARN("file"), why: "AWS_DEFAULT_PROFILE comes first"},
	}},
	{profile: "keys-config", env: "AWS_PROFILE=dev", arn: userARN("config")},
	{profile: "keys-config", env: envOf("environment"), arn: userARN("config")},
	{profile: "dev", env: envOf("environment"), arn: jane},
	{env: envOf("environment"), arn: userARN("environment"), differs: []deviation{
		{clients: own + " get-credentials", arn: userARN("standard"), why: "returns the credentials of the profile"},
		{clients: own + " exec", message: "missing argument: PROFILE", why: "needs a profile"},
	}},
	{env: "{temporary-environment}", arn: baseARN("temporary"), differs: []deviation{
		{clients: own + " get-credentials", arn: userARN("standard"), why: "returns the credentials of the profile"},
		{clients: own + " exec", message: "missing argument: PROFILE", why: "needs a profile"},
	}},
	{env: "AWS_PROFILE=keys-config " + envOf("environment"), arn: userARN("environment"), differs: []deviation{
		{clients: own + " get-credentials, " + own + " exec, " + jsSDK, arn: userARN("config"), why: "the profile comes before the keys"},
	}},
	{env: "AWS_PROFILE=role-legacy " + envOf("environment"), arn: userARN("environment"), differs: []deviation{
		{clients: own + " get-credentials, " + own + " exec, " + jsSDK, arn: workARN("legacy"), why: "the profile comes before the keys"},
	}},
	{env: "AWS_PROFILE=keys-config AWS_ACCESS_KEY_ID=AKIAENVIRONMENT", message: "Partial credentials found in env, missing: AWS_SECRET_ACCESS_KEY", differs: []deviation{
		{clients: own + " get-credentials, " + own + " exec, " + jsSDK, arn: userARN("config"), why: "the profile comes before the keys"},
		{clients: goSDKs, arn: userARN("config"), why: "half of a pair of keys does not count"},
	}},
	{profile: "keys-config", env: "AWS_ACCESS_KEY_ID=AKIAENVIRONMENT", arn: userARN("config")},

	// Settings without a value, and settings that are easy to misread.
	{profile: "empty-role", config: "role_arn =\n" + keysOf("config"), message: "Partial credentials found in assume-role", differs: []deviation{
		{clients: goSDKs + ", " + jsSDK, arn: userARN("config"), why: "an empty value is no setting"},
	}},
	{profile: "empty-role-source", config: "role_arn =\nsource_profile = keys-config\n", message: "RoleArn"},
	{profile: "empty-source", config: work("empty-source", "source_profile =\n"), message: "does not exist"},
	{profile: "empty-web", config: work("empty-web", "source_profile = keys-config\nweb_identity_token_file =\n"), message: "Unable to locate credentials", differs: []deviation{
		{clients: goSDKs + ", " + jsSDK, arn: workARN("empty-web"), why: "an empty value is no setting"},
	}},
	{profile: "empty-web-keys", config: work("empty-web-keys", "web_identity_token_file =\n") + keysOf("config"), arn: userARN("config"), differs: []deviation{
		{clients: goSDKs, arn: workARN("empty-web-keys"), why: "an empty value is no setting"},
	}},
	{profile: "empty-process", config: "credential_process =\n" + keysOf("config"), differs: []deviation{
		{clients: goSDKs + ", " + jsSDK, arn: userARN("config"), why: "an empty value is no setting"},
	}},
	{profile: "empty-sso", config: "sso_account_id =\n" + keysOf("config"), message: "sso_", differs: []deviation{
		{clients: goSDKs + ", " + jsSDK, arn: userARN("config"), why: "an empty value is no setting"},
	}},
	{profile: "empty-key", config: "aws_access_key_id =\naws_secret_access_key =\n"},
	{profile: "empty-session-name", config: workRole + "role_session_name =\nsource_profile = keys-config\n", arn: workARN("*")},
	{profile: "empty-external", config: work("empty-external", "external_id =\nsource_profile = keys-config\n"), message: "ExternalId", differs: []deviation{
		{clients: own + ", " + goSDKs + ", " + jsSDK, arn: workARN("empty-external"), why: "an empty value is not sent: docs/profiles.md"},
	}},
	{profile: "half-sso", config: "sso_role_name = AdministratorAccess\n" + keysOf("config"), message: "sso_", differs: []deviation{
		{clients: goSDKs + ", " + jsSDK, arn: userARN("config"), why: "keys come before Identity Center"},
	}},
	{profile: "start-url-and-keys", config: "sso_start_url = " + startURL + "\n" + keysOf("config"), arn: userARN("config")},
	{profile: "sso-region-differs", config: ssoKeys + "sso_region = eu-west-1\n", message: "sso_region", differs: []deviation{
		{clients: jsSDK, arn: jane, why: "does not compare the regions"},
	}},
	{profile: "security-token", config: "{temporary}" + "aws_security_token = wrong\n", message: "InvalidClientTokenId", differs: []deviation{
		{clients: goSDKs + ", " + jsSDK, arn: baseARN("temporary"), why: "does not know aws_security_token"},
	}},
	{profile: "comment", config: strings.Replace(keysOf("config"), "\n", " # mine\n", 1), message: "InvalidClientTokenId", differs: []deviation{
		{clients: goSDKs + ", " + jsSDK, arn: userARN("config"), why: "removes the comment from the value"},
	}},
	{profile: "process-and-config-keys", config: keysOf("config"), keys: "credential_process = cat {dir}/program.json\n", arn: userARN("program"), differs: []deviation{
		{clients: goSDKs + ", " + jsSDK, arn: userARN("config"), why: "keys come before programs"},
	}},
	{profile: "role-of-default", config: work("of-default", "source_profile = default\n"), arn: workARN("of-default")},
	{profile: "role-of-unquoted", config: work("of-unquoted", "source_profile = unquoted blanks\n"), message: "does not exist"},
	{profile: "web-duration", config: webRole + "role_session_name = web-duration\nduration_seconds = 43200\n", arn: webARN("web-duration")},
	{profile: "web-external", config: webRole + "role_session_name = web-external\nexternal_id = x\n", arn: webARN("web-external")},
	{profile: "instance-setting", config: work("instance-setting", "credential_source = Ec2InstanceMetadata\nec2_metadata_service_endpoint = {imds}\n"), env: "AWS_EC2_METADATA_DISABLED=false", arn: workARN("instance-setting"), differs: []deviation{
		{clients: jsSDK, why: "does not know ec2_metadata_service_endpoint"},
	}},
	{profile: "role-of-instance", config: operateRole + "role_session_name = of-instance\nsource_profile = source-instance\nec2_metadata_service_endpoint = {imds}\n", env: "AWS_EC2_METADATA_DISABLED=false", arn: "arn:aws:sts::210987654321:assumed-role/Operate/of-instance", differs: []deviation{
		{clients: jsSDK, why: "does not know ec2_metadata_service_endpoint"},
	}},
	{env: "AWS_PROFILE= " + envOf("environment"), message: "The config profile () could not be found", differs: []deviation{
		{clients: goSDKs + ", " + jsSDK, arn: userARN("environment"), why: "an empty variable names no profile"},
		{clients: own + " exec", message: "missing argument: PROFILE", why: "needs a profile"},
	}},
	{env: "AWS_PROFILE=", message: "The config profile () could not be found", differs: []deviation{
		{clients: goSDKs + ", " + jsSDK, arn: userARN("standard"), why: "an empty variable names no profile"},
		{clients: own + " exec", message: "missing argument: PROFILE", why: "needs a profile"},
	}},
	{env: "AWS_PROFILE=keys-config AWS_ACCESS_KEY_ID= AWS_SECRET_ACCESS_KEY=secret", arn: userARN("config")},
	{env: "AWS_PROFILE=source-environment " + envOf("environment"), arn: userARN("environment"), differs: []deviation{
		{clients: own + " get-credentials, " + own + " exec, " + jsSDK, arn: workARN("environment"), why: "the profile comes before the keys"},
	}},
	{env: "AWS_PROFILE=nope " + envOf("environment"), message: "The config profile (nope) could not be found"},
	{env: "{temporary-environment} AWS_SECURITY_TOKEN=wrong", message: "InvalidClientTokenId", differs: []deviation{
		{clients: goSDKs + ", " + jsSDK, arn: baseARN("temporary"), why: "does not know AWS_SECURITY_TOKEN"},
		{clients: own + " get-credentials", arn: userARN("standard"), why: "returns the credentials of the profile"},
		{clients: own + " exec", message: "missing argument: PROFILE", why: "needs a profile"},
	}},
	{env: "AWS_PROFILE=keys-config AWS_WEB_IDENTITY_TOKEN_FILE={dir}/token AWS_ROLE_ARN=arn:aws:iam::123456789012:role/Pipeline AWS_ROLE_SESSION_NAME=over-keys", arn: webARN("over-keys"), differs: []deviation{
		{clients: own + " exec, " + jsSDK, arn: userARN("config"), why: "the profile comes before the variables"},
	}},
	{env: "AWS_PROFILE=role-config AWS_WEB_IDENTITY_TOKEN_FILE={dir}/token AWS_ROLE_ARN=arn:aws:iam::123456789012:role/Pipeline", arn: workARN("config"), differs: []deviation{
		{clients: goSDKs, arn: webARN("*"), why: "the token comes before the role"},
	}},
	{env: "AWS_PROFILE=keys-config AWS_WEB_IDENTITY_TOKEN_FILE={dir}/token", message: "has no role ARN configured", differs: []deviation{
		{clients: own + " exec, " + jsSDK, arn: userARN("config"), why: "the profile comes before the variables"},
	}},
	{env: "AWS_PROFILE=web AWS_ROLE_SESSION_NAME=renamed", arn: webARN("renamed"), differs: []deviation{
		{clients: own + " exec, " + jsSDK + ", " + goSDKs, arn: webARN("web"), why: "the profile comes before the variables"},
	}},
	{env: "AWS_PROFILE=web AWS_WEB_IDENTITY_TOKEN_FILE=", message: "Unable to locate credentials", differs: []deviation{
		{clients: own + " exec, " + jsSDK + ", " + goSDKs, arn: webARN("web"), why: "the profile comes before the variables"},
	}},
}

// moreSections has the sections that are not rows of the table.
const moreSections = `
[sso-session corp]
sso_start_url = ` + startURL + `
sso_region = us-east-1
sso_registration_scopes = sso:account:access

[section-without-word]
aws_access_key_id = AKIACONFIGXXXXXXXXXX
aws_secret_access_key = secret

[profile unquoted blanks]
aws_access_key_id = AKIACONFIGXXXXXXXXXX
aws_secret_access_key = secret
`
