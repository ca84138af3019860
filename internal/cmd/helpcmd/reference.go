// The topics that list settings, environment variables and files.

package helpcmd

import (
	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/command"
)

func fillConfig(p *command.Page, _ *cobra.Command) {
	p.Prose("lanyard reads the AWS CLI's config file, ~/.aws/config, and credentials file, ~/.aws/credentials. " +
		`A setting is a line KEY = VALUE in a section. To change a setting, edit the file or run "lanyard configure set". ` +
		`Rules for roles and other settings for all profiles are in ~/.config/lanyard/config.yaml: see "lanyard help guard" and docs/guard.md.`)
	addList(p, "SETTINGS OF LANYARD", []command.Item{
		{Name: "sso_auto_refresh", Text: "true or false: refresh the session automatically. The default is true if the session has a refresh token."},
		{Name: "sso_refresh_window", Text: "How many seconds before the expiry lanyard refreshes the access token. The default is 900. If the value is the lifetime of the token or more, lanyard refreshes in the second half of the lifetime."},
		{Name: "sso_session_duration", Text: `How many seconds a session of your access portal lasts. With this setting, "lanyard status" shows the session end. Ask your administrator for the value.`},
		{Name: "auto_login", Text: "true or false: if the session has ended, a command may open the browser, sign in and continue. The default is false."},
		{Name: "sso_callback_port", Text: "The port on 127.0.0.1 for the callback of a sign-in, as --callback-port. The default is any free port."},
		{Name: "sso_browser", Text: "The browser for sign-ins to the session, in the syntax of console_browser, but without templates. The value print prints the URL, and opens no browser. The whole line is the value."},
		{Name: "console_browser", Text: `The browser for "lanyard console": see "lanyard console --help". The whole line is the value.`},
	})
	addText(p, "PLACES FOR LANYARD'S SETTINGS",
		"Put lanyard's settings into a profile or into the [sso-session] of the profile. The profile in use decides first, then its [sso-session]. Settings of other profiles have no effect.",
		"Commands that use no profile, such as the agent, combine the settings of the session and its profiles. A setting is true if the session or one of its profiles has the value true. If the session and its profiles have several numbers, lanyard uses the largest number.",
		"A comment that begins with # or ; may follow a value, except a value of console_browser or sso_browser. An invalid value causes a warning, and lanyard uses the default.")
	addList(p, "SSO SETTINGS OF A PROFILE", []command.Item{
		{Name: "sso_session", Text: "The name of the [sso-session] to use."},
		{Name: "sso_account_id", Text: "The account, 12 digits."},
		{Name: "sso_role_name", Text: "The role (permission set) in the account."},
		{Name: "sso_start_url", Text: "The start URL of the access portal. A legacy profile has sso_start_url instead of sso_session."},
		{Name: "sso_region", Text: "The region of IAM Identity Center, with sso_start_url."},
	})
	addList(p, "SETTINGS OF AN [sso-session]", []command.Item{
		{Name: "sso_start_url", Text: "The start URL of the access portal."},
		{Name: "sso_region", Text: "The region of IAM Identity Center."},
		{Name: "sso_registration_scopes", Text: "Scopes, separated by commas. Use sso:account:access."},
	})
	addList(p, "OTHER SETTINGS OF A PROFILE", []command.Item{
		{Name: "region", Text: "The region that AWS operations use."},
		{Name: "output", Text: "json, text, table, yaml, yaml-stream or off."},
		{Name: "credential_process", Text: `A command that prints credentials. If the command is lanyard's own "sso get-credentials", lanyard starts no process.`},
		{Name: "aws_access_key_id", Text: "The id of an access key. The profile also needs aws_secret_access_key, and for a temporary key aws_session_token. aws_security_token is an old name of aws_session_token."},
		{Name: "aws_account_id", Text: "The account of the access key."},
		{Name: "role_arn", Text: "A role to assume. The profile also needs source_profile, credential_source or web_identity_token_file."},
		{Name: "source_profile", Text: `The profile whose credentials assume the role. "lanyard login" signs in to the session of the source profile.`},
		{Name: "credential_source", Text: "The source of a role without source_profile: Environment, EcsContainer or Ec2InstanceMetadata."},
		{Name: "external_id", Text: "The external ID of the role."},
		{Name: "role_session_name", Text: "The name of the role's session in CloudTrail."},
		{Name: "duration_seconds", Text: "How long the credentials of the role are valid. The maximum is 3600 if another role assumes the role."},
		{Name: "mfa_serial", Text: "The MFA device for the role. lanyard asks for the code of the device, or runs the command in mfa_process."},
		{Name: "source_identity", Text: "The source identity of the role's session. Only lanyard and aws-vault read source_identity, session_tags, transitive_session_tags and include_profile."},
		{Name: "session_tags", Text: "The tags of the role's session: NAME=VALUE,NAME=VALUE."},
		{Name: "transitive_session_tags", Text: "The names of the tags that the next role of a chain gets too."},
		{Name: "include_profile", Text: "Another profile with default values for the settings of this profile."},
		{Name: "web_identity_token_file", Text: "A file with the token of a web identity, for role_arn. The setting web_identity_token_process is a command that prints the token."},
		{Name: "login_session", Text: `A console login of "aws login". lanyard gets the credentials of the login from the AWS CLI.`},
		{Name: "endpoint_url", Text: "The base URL of AWS services, except sign-in and portal."},
		{Name: "services", Text: "The [services] section with an endpoint_url for each service. Only sso and sso_oidc in the section change the endpoints of sign-in and portal."},
		{Name: "ignore_configured_endpoint_urls", Text: "true: ignore endpoint_url, services and the AWS_ENDPOINT_URL variables."},
		{Name: "ca_bundle", Text: "A PEM file with the CA certificates to trust."},
		{Name: "use_fips_endpoint", Text: "true: use FIPS endpoints."},
		{Name: "use_dualstack_endpoint", Text: "true: use endpoints with IPv6. In the s3 block, the setting is for S3 only."},
		{Name: "s3", Text: "A block of settings; lanyard reads addressing_style, use_dualstack_endpoint, use_accelerate_endpoint, use_arn_region and s3_disable_multiregion_access_points."},
		{Name: "s3_disable_express_session_auth", Text: "true: sign requests for directory buckets of S3 without a session."},
		{Name: "request_checksum_calculation", Text: "when_supported or when_required: when requests to S3 have a checksum."},
		{Name: "response_checksum_validation", Text: "when_supported or when_required: when lanyard checks the checksums of S3's replies."},
		{Name: "request_min_compression_size_bytes", Text: "The size from which CloudWatch's put-metric-data compresses its request. The default is 10240."},
		{Name: "disable_request_compression", Text: "true: send requests without compression."},
		{Name: "endpoint_discovery_enabled", Text: "true, false or auto: ask a service for its endpoint, as Timestream needs."},
		{Name: "account_id_endpoint_mode", Text: "preferred, disabled or required: whether to use the endpoint of the account, which DynamoDB has."},
		{Name: "auth_scheme_preference", Text: "The preferred authentication. lanyard hands off commands of Amazon Bedrock if this setting has a value."},
		{Name: "retry_mode", Text: "legacy, standard or adaptive."},
		{Name: "max_attempts", Text: "The maximum number of attempts for each request."},
		{Name: "cli_pager", Text: "The program that shows long output. An empty value means no pager."},
		{Name: "cli_timestamp_format", Text: "wire or iso8601."},
		{Name: "cli_error_format", Text: "enhanced, legacy, json, yaml, text or table."},
	})
	p.Section("EXAMPLES", func() {
		p.Example(`lanyard configure set sso_refresh_window 43200 --sso-session corp
lanyard configure set auto_login true --profile dev-admin`)
	})
}

func fillEnvironment(p *command.Page, _ *cobra.Command) {
	p.Prose("lanyard reads the AWS CLI's environment variables, and the variables that begin with LANYARD_. " +
		"A flag overrides a variable, and a variable overrides the config.")
	addList(p, "LANYARD", []command.Item{
		{Name: "LANYARD_AUTO_LOGIN", Text: "true or false (or 1 or 0): overrides auto_login in the config. Any other value means false."},
		{Name: "LANYARD_PROFILE", Text: "The profile whose credentials are in the environment. \"lanyard exec\" and \"lanyard shell\" set this variable."},
		{Name: "LANYARD_PREVIOUS_PROFILE", Text: "The profile that \"use -\" returns to. The function of \"lanyard init\" sets this variable."},
		{Name: "LANYARD_SHELL", Text: "The text before the prompt of \"lanyard shell\". \"lanyard shell\" sets this variable."},
		{Name: "LANYARD_AGENT_SOCKET", Text: `The path of the agent's socket, or "none" to work without the agent.`},
		{Name: "LANYARD_CALLER", Text: "The name of the AI agent or script that starts lanyard, for the audit record. Some agents set CLAUDECODE, AI_AGENT or other variables instead."},
		{Name: "LANYARD_KEYCHAIN_TIMEOUT", Text: "The time limit of a call of the keychain, in seconds. The default is 10."},
		{Name: "LANYARD_PASSPHRASE_COMMAND", Text: "A command that prints the passphrase of the encrypted store."},
		{Name: "LANYARD_EMULATOR_URL", Text: `The base URL of the emulator. "lanyard emulator run" sets this variable for its program.`},
		{Name: "LANYARD_EMULATOR_ADMIN_TOKEN", Text: "The token of the emulator's admin API. \"lanyard emulator run --admin\" sets this variable for its program."},
	})
	addList(p, "PROFILE, REGION AND OUTPUT", []command.Item{
		{Name: "AWS_PROFILE", Text: "The profile to use; else AWS_DEFAULT_PROFILE."},
		{Name: "AWS_REGION", Text: "The region to use; else AWS_DEFAULT_REGION."},
		{Name: "AWS_DEFAULT_OUTPUT", Text: "The output format."},
		{Name: "AWS_CLI_ERROR_FORMAT", Text: "The format of errors; see --cli-error-format."},
		{Name: "AWS_PAGER", Text: "The program that shows long output; else PAGER. An empty value means no pager."},
		{Name: "LESS", Text: "Options of less. The default is FRX."},
		{Name: "NO_COLOR", Text: "If this variable is not empty, lanyard prints no colours."},
		{Name: "TERM", Text: `If this variable is "dumb" or empty, lanyard prints no colours, and menus become numbered lists.`},
	})
	addList(p, "FILES", []command.Item{
		{Name: "AWS_CONFIG_FILE", Text: "The config file. The default is ~/.aws/config."},
		{Name: "AWS_SHARED_CREDENTIALS_FILE", Text: "The credentials file. The default is ~/.aws/credentials."},
		{Name: "HOME", Text: "Your home folder. On Windows: USERPROFILE, else HOMEDRIVE and HOMEPATH."},
		{Name: "XDG_CONFIG_HOME", Text: "The folder with lanyard/config.yaml. The default is ~/.config."},
		{Name: "XDG_STATE_HOME", Text: "The folder with the audit record, lanyard/audit.jsonl. The default is ~/.local/state."},
		{Name: "XDG_RUNTIME_DIR", Text: "The folder of the agent's socket; see \"lanyard help files\"."},
		{Name: "TMPDIR", Text: "The folder of the agent's socket if neither XDG_RUNTIME_DIR nor /run/user/UID can be used."},
	})
	addList(p, "FILES OF OTHER TOOLS", []command.Item{
		{Name: "AWS_SSO_CONFIG", Text: "The settings file of aws-sso-cli, for \"lanyard migrate\"."},
		{Name: "AWS_VAULT_FILE_DIR", Text: "The folder of aws-vault's store, for \"lanyard migrate\"."},
		{Name: "AWS_DEFAULT_SSO_START_URL", Text: "The start URL of aws-sso-util, for \"lanyard migrate\". AWS_DEFAULT_SSO_REGION is its region, and AWS_SSO_CREDENTIAL_PROCESS_NAME its credential_process."},
	})
	addList(p, "KEYS", []command.Item{
		{Name: "AWS_ACCESS_KEY_ID", Text: "The id of an access key. AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY override the profile, unless --profile names a profile."},
		{Name: "AWS_SESSION_TOKEN", Text: "The token of temporary keys. AWS_SECURITY_TOKEN overrides this variable."},
		{Name: "AWS_CREDENTIAL_EXPIRATION", Text: "The time when the keys expire. lanyard refuses expired keys. Other tools set AWS_SESSION_EXPIRATION instead."},
		{Name: "AWS_ACCOUNT_ID", Text: "The account of the keys."},
		{Name: "AWS_WEB_IDENTITY_TOKEN_FILE", Text: "A file with a web identity token, for the role in AWS_ROLE_ARN. AWS_ROLE_SESSION_NAME is the name of the role's session."},
		{Name: "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", Text: "The address of the container's credentials; also AWS_CONTAINER_CREDENTIALS_FULL_URI. AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE names the file with the token."},
		{Name: "AWS_EC2_METADATA_SERVICE_ENDPOINT", Text: "The address of the instance metadata service. AWS_METADATA_SERVICE_TIMEOUT is the time limit of a request, in seconds."},
		{Name: "AWS_EC2_METADATA_DISABLED", Text: "true: do not ask the instance metadata service."},
		{Name: "AWS_LOGIN_CACHE_DIRECTORY", Text: "The folder where the AWS CLI keeps console logins."},
	})
	addList(p, "ENDPOINTS AND CONNECTION", []command.Item{
		{Name: "AWS_ENDPOINT_URL_SSO", Text: "The base URL of the access portal."},
		{Name: "AWS_ENDPOINT_URL_SSO_OIDC", Text: "The base URL of the sign-in service."},
		{Name: "AWS_ENDPOINT_URL_SERVICE", Text: "The base URL of another service, for example AWS_ENDPOINT_URL_STS."},
		{Name: "AWS_ENDPOINT_URL", Text: "The base URL of all services, except sign-in and portal."},
		{Name: "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", Text: "true: ignore all settings of endpoints."},
		{Name: "AWS_USE_FIPS_ENDPOINT", Text: "true: use FIPS endpoints."},
		{Name: "AWS_USE_DUALSTACK_ENDPOINT", Text: "true: use endpoints with IPv6."},
		{Name: "AWS_ACCOUNT_ID_ENDPOINT_MODE", Text: "preferred, disabled or required: whether to use the endpoint of the account, which DynamoDB has."},
		{Name: "AWS_ENDPOINT_DISCOVERY_ENABLED", Text: "true, false or auto: ask a service for its endpoint, as Timestream needs."},
		{Name: "AWS_S3_USE_ARN_REGION", Text: "false: refuse an access point in another region than yours. AWS_S3_DISABLE_MULTIREGION_ACCESS_POINTS and AWS_S3_DISABLE_EXPRESS_SESSION_AUTH are settings of S3 too."},
		{Name: "AWS_REQUEST_CHECKSUM_CALCULATION", Text: "when_supported or when_required: when requests to S3 have a checksum."},
		{Name: "AWS_RESPONSE_CHECKSUM_VALIDATION", Text: "when_supported or when_required: when lanyard checks the checksums of S3's replies."},
		{Name: "AWS_BEARER_TOKEN_BEDROCK", Text: "A token for Amazon Bedrock. Otherwise lanyard hands off Bedrock's commands if AWS_AUTH_SCHEME_PREFERENCE is set."},
		{Name: "AWS_RETRY_MODE", Text: "legacy, standard or adaptive."},
		{Name: "AWS_MAX_ATTEMPTS", Text: "The maximum number of attempts for each request."},
		{Name: "AWS_CA_BUNDLE", Text: "A PEM file with the CA certificates to trust. If neither this variable nor ca_bundle is set, lanyard uses REQUESTS_CA_BUNDLE. On Linux, SSL_CERT_FILE and SSL_CERT_DIR name the system's certificates."},
		{Name: "HTTPS_PROXY", Text: "The proxy for https URLs; HTTP_PROXY for http URLs. The lower-case names override the upper-case names."},
		{Name: "NO_PROXY", Text: "Hosts without a proxy, separated by commas."},
	})
	addList(p, "BROWSER AND SHELL", []command.Item{
		{Name: "BROWSER", Text: `The browser for sign-ins, or "none" to print the URL only. If the [sso-session] has sso_browser, lanyard uses that browser instead. lanyard also looks at DISPLAY, WAYLAND_DISPLAY and SSH_CONNECTION to see whether this machine has a browser.`},
		{Name: "SHELL", Text: "Your shell, for \"lanyard shell\", \"lanyard env\", \"lanyard alias print\" and the hints of \"lanyard shim\"."},
		{Name: "PATH", Text: "The folders where lanyard looks for the AWS CLI."},
		{Name: "DBUS_SESSION_BUS_ADDRESS", Text: "The address of the keychain of a Linux desktop."},
	})
	addText(p, "INTERNAL",
		"lanyard sets variables that begin with an underscore, such as _LANYARD_DOOR, for the programs that it starts. Do not set these variables.")
}

func fillFiles(p *command.Page, _ *cobra.Command) {
	p.Prose("Only you can read the files that lanyard creates (mode 0600, folders 0700). " +
		"An existing config keeps its mode and owner. lanyard replaces a file in one step, so that no program reads half a file.")
	addList(p, "FILES OF THE AWS CLI", []command.Item{
		{Name: "~/.aws/config", Text: `Profiles and sessions. You and "lanyard configure" write this file. AWS_CONFIG_FILE names another file.`},
		{Name: "~/.aws/credentials", Text: `Access keys. You, "configure set" and "configure import" write this file. AWS_SHARED_CREDENTIALS_FILE names another file.`},
		{Name: "~/.aws/sso/cache/*.json", Text: "Access tokens, refresh tokens and client registrations. lanyard, the AWS CLI and the SDKs write these files."},
		{Name: "~/.aws/cli/cache/*.json", Text: "Role credentials. lanyard and the AWS CLI write these files."},
		{Name: "~/.aws/cli/alias", Text: "Aliases of the AWS CLI. lanyard only reads this file."},
	})
	addList(p, "FILES OF LANYARD", []command.Item{
		{Name: "~/.aws/sso/cache/.NAME…", Text: "Locks and notes about the token NAME, also in ~/.aws/cli/cache. Only .NAME.json.kept and .NAME.tmp-… can hold secrets. docs/architecture.md describes each file."},
		{Name: "~/.aws/lanyard/", Text: "The encrypted store, if you use it. ~/.aws/lanyard/keys names the key that decrypts the store, and holds no secret. ~/.aws/lanyard/config is a copy of your config for commands that lanyard hands off to the AWS CLI. ~/.aws/lanyard/recent has the order of profiles in menus. ~/.aws/lanyard/inventory has the list of accounts and roles. ~/.aws/lanyard/guard has your grants and your answers to the questions of rules."},
		{Name: "~/.config/lanyard/config.yaml", Text: "Your own settings of lanyard: rules for roles (guard), the audit record (audit), the list of accounts (inventory), and names for \"profiles sync\" (profiles)."},
		{Name: "~/.local/state/lanyard/", Text: "The audit record: audit.jsonl, older files, and audit.anchor, which says where the record ends. run.jsonl has the results of the last \"lanyard run\"."},
		{Name: "~/.aws/.config.lock", Text: "The lock for changes of the config, in the same folder as the config; .credentials.lock for the credentials file."},
		{Name: "~/.aws/.lanyard/", Text: `In the same folder as the config: backups of the config and the credentials file, one for each day with changes, at most 30. "configure undo" also has its record in this folder. A backup of the credentials file contains its access keys.`},
		{Name: "agent-….sock", Text: "The agent's socket, in the folder lanyard of XDG_RUNTIME_DIR or /run/user/UID, else in lanyard-UID in TMPDIR or /tmp. LANYARD_AGENT_SOCKET names another path. On Windows, the socket is a named pipe."},
		{Name: "agent-….sock.log", Text: `The log of an agent that "lanyard agent start" started. The log contains no secrets. On Windows, the log is in %LOCALAPPDATA%\lanyard.`},
		{Name: "temporary folders", Text: `The home folders of "lanyard demo" and "lanyard emulator run". Both commands remove their folder at the end. The config of "lanyard emulator env" stays until you remove it.`},
	})
}
