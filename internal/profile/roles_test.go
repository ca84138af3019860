package profile

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// chains is a config with chains of every kind. Each line is a profile and its settings.
var chains = corp + sections(`
keys:        aws_access_key_id=AKIAKEYS aws_secret_access_key=s
half:        aws_secret_access_key=s
program:     credential_process=/bin/keys
own:         credential_process=/bin/lanyard~sso~get-credentials~--profile~dev
own-role:    credential_process=/bin/lanyard~sso~get-credentials~--profile~one
web:         role_arn=W web_identity_token_file=/token role_session_name=w
web-process: role_arn=W web_identity_token_process=token
web-source:  role_arn=W web_identity_token_process=token source_profile=keys
web-arn:     web_identity_token_file=/token
empty:       region=eu-west-1
one:         role_arn=A source_profile=dev
two:         role_arn=B source_profile=one
three:       role_arn=C source_profile=two
on-keys:     role_arn=A source_profile=keys
on-program:  role_arn=A source_profile=program
on-own:      role_arn=A source_profile=own
on-own-role: role_arn=B source_profile=own-role
on-web:      role_arn=A source_profile=web
on-both:     role_arn=B source_profile=both-kinds
on-half:     role_arn=A source_profile=half
on-empty:    role_arn=A source_profile=empty
on-nothing:  role_arn=A source_profile=nope
on-no-name:  role_arn=A source_profile=
on-bad-sso:  role_arn=A source_profile=bad-sso
bad-sso:     sso_session=corp sso_role_name=Dev
both-kinds:  role_arn=A source_profile=dev aws_access_key_id=AKIABOTH aws_secret_access_key=s
itself:      role_arn=A source_profile=itself aws_access_key_id=AKIASELF aws_secret_access_key=s
itself-half: role_arn=A source_profile=itself-half aws_access_key_id=AKIASELF
itself-sso:  role_arn=A source_profile=itself-sso sso_session=corp sso_account_id=111111111111 sso_role_name=Dev
loop-a:      role_arn=A source_profile=loop-b
loop-b:      role_arn=B source_profile=loop-a
loop-keys:   role_arn=A source_profile=loop-keys-b aws_access_key_id=AKIALOOP aws_secret_access_key=s
loop-keys-b: role_arn=B source_profile=loop-keys
behind-loop: role_arn=C source_profile=loop-a
environment: role_arn=A credential_source=Environment
container:   role_arn=A credential_source=EcsContainer
instance:    role_arn=A credential_source=Ec2InstanceMetadata
moon:        role_arn=A credential_source=Moon
both:        role_arn=A credential_source=Environment source_profile=dev
neither:     role_arn=A
`)

// sections returns the sections of profiles. ~ stands for a blank in a value.
func sections(table string) string {
	var b strings.Builder
	for _, line := range strings.Split(strings.TrimSpace(table), "\n") {
		name, settings, _ := strings.Cut(line, ":")
		fmt.Fprintf(&b, "\n[profile %s]\n", name)
		for _, s := range strings.Fields(settings) {
			b.WriteString(strings.ReplaceAll(strings.Replace(s, "=", " = ", 1), "~", " ") + "\n")
		}
	}
	return b.String()
}

// chainOf returns the chain of a profile.
func chainOf(t *testing.T, config string, words ...string) (Chain, []Warning, error) {
	t.Helper()
	p, _, err := Resolve(inputsWith(config, "", words...))
	if p == nil {
		t.Fatal(err)
	}
	return p.Chain()
}

// summary returns the start of a chain and its roles, in one line.
func (c Chain) summary() string {
	kinds := map[Kind]string{
		None: "None", SSO: "SSO", WebIdentity: "WebIdentity", Static: "Static", Process: "Process",
		Container: "Container", Metadata: "Metadata", Environment: "Environment",
	}
	words := []string{kinds[c.Start.Kind] + " of " + c.Start.Profile.Name}
	for _, r := range c.Roles {
		words = append(words, r.ARN+" of "+r.Profile)
	}
	return strings.Join(words, ", ")
}

func TestChain(t *testing.T) {
	const environment = "AWS_WEB_IDENTITY_TOKEN_FILE=/t AWS_ROLE_ARN=E"
	for _, tt := range []struct{ words, want string }{
		{"--profile=dev", "SSO of dev"},
		{"--profile=keys", "Static of keys"},
		{"--profile=empty", "None of empty"},
		{"--profile=one", "SSO of dev, A of one"},
		{"--profile=two", "SSO of dev, A of one, B of two"},
		{"--profile=three", "SSO of dev, A of one, B of two, C of three"},
		{"--profile=on-keys", "Static of keys, A of on-keys"},
		{"--profile=on-program", "Process of program, A of on-program"},
		{"--profile=on-own", "SSO of own, A of on-own"},
		{"--profile=own-role", "SSO of dev, A of one"},
		{"--profile=on-own-role", "SSO of dev, A of one, B of on-own-role"},
		{"--profile=both-kinds", "SSO of dev, A of both-kinds"},
		{"--profile=on-both", "Static of both-kinds, B of on-both"},
		{"--profile=itself", "Static of itself, A of itself"},
		{"--profile=itself-half", "Static of itself-half, A of itself-half"},
		{"--profile=environment", "Environment of environment, A of environment"},
		{"--profile=container", "Container of container, A of container"},
		{"--profile=instance", "Metadata of instance, A of instance"},
		{"--profile=web", "WebIdentity of web, W of web"},
		{"--profile=web-process", "WebIdentity of web-process, W of web-process"},
		{"--profile=web-source", "Static of keys, W of web-source"},
		{"--profile=on-web", "WebIdentity of web, W of web, A of on-web"},
		{"AWS_PROFILE=empty " + environment, "WebIdentity of empty, E of empty"},
		{"AWS_PROFILE=web AWS_ROLE_ARN=E", "WebIdentity of web, E of web"},
		{"--profile=web AWS_ROLE_ARN=E", "WebIdentity of web, W of web"},
		{"--profile=keys " + environment, "Static of keys"},
		{"AWS_PROFILE=on-keys " + environment, "Static of keys, A of on-keys"},
	} {
		t.Run(tt.words, func(t *testing.T) {
			c, warnings, err := chainOf(t, chains, strings.Fields(tt.words)...)
			if err != nil || len(warnings) > 0 {
				t.Fatalf("error %v, warnings %v", err, warnings)
			}
			if got := c.summary(); got != tt.want {
				t.Errorf("chain = %s, want %s", got, tt.want)
			}
		})
	}
}

func TestChainErrors(t *testing.T) {
	const loopMessage = "Infinite loop in credential configuration detected. Attempting to load from profile "
	for _, tt := range []struct{ profile, msg, hint string }{
		{"on-nothing", `The source_profile "nope" referenced in the profile "on-nothing" does not exist.`, "key source_profile"},
		{"on-no-name", `The source_profile "" referenced in the profile "on-no-name" does not exist.`, "key source_profile"},
		{"on-empty", `The source profile "empty" must have credentials.`, "key source_profile"},
		{"on-half", `The source profile "half" must have credentials.`, "key source_profile"},
		{"loop-keys", loopMessage + "loop-keys which has already been visited. Visited profiles: ['loop-keys', 'loop-keys-b']", "key source_profile"},
		{"on-bad-sso", `The profile "bad-sso" is configured to use SSO but is missing required configuration: sso_account_id`, ""},
		{"itself-sso", loopMessage + "itself-sso which has already been visited. Visited profiles: ['itself-sso']", "key source_profile"},
		{"loop-a", loopMessage + "loop-a which has already been visited. Visited profiles: ['loop-a', 'loop-b']", "key source_profile"},
		{"loop-b", loopMessage + "loop-b which has already been visited. Visited profiles: ['loop-b', 'loop-a']", "key source_profile"},
		{"behind-loop", loopMessage + "loop-a which has already been visited. Visited profiles: ['behind-loop', 'loop-a', 'loop-b']", "key source_profile"},
		{"moon", `The credential source "Moon" referenced in profile "moon" is not valid.`, "key credential_source"},
		{"both", `The profile "both" contains both source_profile and credential_source.`, "key credential_source"},
		{"neither", "Partial credentials found in assume-role, missing: source_profile or credential_source", "key role_arn"},
		{"web-arn", "The provided profile or the current environment is configured to assume role with web identity but has no role ARN configured. " +
			"Ensure that the profile has the role_arnconfiguration set or the AWS_ROLE_ARN env var is set.", "key web_identity_token_file"},
	} {
		t.Run(tt.profile, func(t *testing.T) {
			_, _, err := chainOf(t, chains, "AWS_PROFILE=dev", "--profile="+tt.profile)
			wantError(t, err, 255, tt.msg, tt.hint)
		})
	}
}

func TestRoleSettings(t *testing.T) {
	const config = `[profile keys]
aws_access_key_id = AKIAKEYS
aws_secret_access_key = s

[profile all]
role_arn = arn:aws:iam::111122223333:role/Work
source_profile = keys
role_session_name = me
external_id = ex
duration_seconds = 7200
mfa_serial = serial
mfa_process = code
source_identity = jane
session_tags = team=dev, cost = 42 ,url=a=b,,
transitive_session_tags = team , cost

[profile included]
include_profile = all
role_session_name = other
`
	all := Role{
		Profile: "all", From: "config: line 6: key role_arn", ARN: "arn:aws:iam::111122223333:role/Work", SessionName: "me", ExternalID: "ex",
		Duration: 2 * time.Hour, MFASerial: "serial", MFAProcess: "code", SourceIdentity: "jane",
		Tags: []Tag{{"team", "dev"}, {"cost", "42"}, {"url", "a=b"}}, TransitiveTags: []string{"team", "cost"},
	}
	included := all
	included.Profile, included.SessionName = "included", "other"
	for _, want := range []Role{all, included} {
		c, warnings, err := chainOf(t, config, "--profile="+want.Profile)
		if err != nil || len(warnings) > 0 {
			t.Fatalf("error %v, warnings %v", err, warnings)
		}
		if diff := cmp.Diff([]Role{want}, c.Roles); diff != "" {
			t.Errorf("profile %s: %s", want.Profile, diff)
		}
	}
}

func TestBadTag(t *testing.T) {
	_, _, err := chainOf(t, chains+sections("tags: role_arn=A source_profile=keys session_tags=team"), "--profile=tags")
	var e *Error
	if !errors.As(err, &e) || !strings.HasSuffix(e.Msg, `key session_tags: "team" is not a tag`) {
		t.Errorf("error %v, want the tag", err)
	}
}

func TestDurations(t *testing.T) {
	const number, limit = "is not a whole number of seconds", "lanyard requests 3600"
	for _, tt := range []struct {
		source, seconds string
		want            time.Duration
		warning         string
	}{
		{"source_profile=keys", "", 0, ""},
		{"source_profile=keys", "899", 899 * time.Second, ""}, // STS refuses it
		{"source_profile=keys", "43200", 12 * time.Hour, ""},
		{"source_profile=keys", "abc", 0, number},
		{"source_profile=keys", "3600.5", 0, number},
		{"source_profile=keys", "99999999999", 0, number},
		{"source_profile=program", "7200", 2 * time.Hour, ""},
		{"credential_source=Environment", "7200", 2 * time.Hour, ""},
		{"source_profile=dev", "3600", time.Hour, ""},
		{"source_profile=dev", "3601", time.Hour, limit},
		{"source_profile=one", "7200", time.Hour, limit},
		{"source_profile=on-keys", "7200", time.Hour, limit},
		{"source_profile=web", "7200", time.Hour, limit},
		{"credential_source=EcsContainer", "7200", time.Hour, limit},
		{"credential_source=Ec2InstanceMetadata", "7200", time.Hour, limit},
		{"web_identity_token_process=token", "7200", 2 * time.Hour, ""},
		{"web_identity_token_file=/token", "7200", 0, ""}, // botocore ignores it here
	} {
		t.Run(tt.source+" "+tt.seconds, func(t *testing.T) {
			settings := "p: role_arn=P " + tt.source
			if tt.seconds != "" {
				settings += " duration_seconds=" + tt.seconds
			}
			c, warnings, err := chainOf(t, chains+sections(settings), "--profile=p")
			if err != nil {
				t.Fatal(err)
			}
			if got := c.Roles[len(c.Roles)-1].Duration; got != tt.want {
				t.Errorf("duration = %v, want %v", got, tt.want)
			}
			text := ""
			for _, w := range warnings {
				text += w.Text
			}
			if (text == "") != (tt.warning == "") || !strings.Contains(text, tt.warning) {
				t.Errorf("warnings %q, want %q", text, tt.warning)
			}
		})
	}
}

func TestIncludeProfile(t *testing.T) {
	config := chains + sections(`
far:     role_arn=F source_profile=keys external_id=far
near:    include_profile=far external_id=near
self:    include_profile=near
secrets: include_profile=keys
circle:  include_profile=square
square:  include_profile=circle
gone:    include_profile=nope
`)
	c, _, err := chainOf(t, config, "--profile=self")
	if err != nil || c.summary() != "Static of keys, F of self" || c.Roles[0].ExternalID != "near" {
		t.Errorf("self: %+v, error %v; want the role of far with the external id of near", c.Roles, err)
	}
	if c, _, err = chainOf(t, config, "--profile=secrets"); err != nil || c.summary() != "None of secrets" {
		t.Errorf("secrets: %s, error %v; want no keys", c.summary(), err)
	}
	for name, msg := range map[string]string{"circle": `profile "circle" includes itself`, "gone": `profile "nope" does not exist`} {
		if _, _, err := Resolve(inputsWith(config, "", "--profile="+name)); err == nil || !strings.HasSuffix(err.Error(), msg) {
			t.Errorf("%s: error %v, want %s", name, err, msg)
		}
	}
}

// With empty keys, a program could use other credentials.
func TestEmptyKeys(t *testing.T) {
	for _, tt := range []struct{ config, credentials, want string }{
		{"aws_access_key_id = a\naws_secret_access_key = s\n", "", ""},
		{"aws_access_key_id =\naws_secret_access_key = s\n", "", "Partial credentials found in config-file, missing: aws_access_key_id"},
		{"aws_access_key_id = a\naws_secret_access_key =\n", "", "Partial credentials found in config-file, missing: aws_secret_access_key"},
		{"aws_access_key_id = a\n", "", "Partial credentials found in config-file, missing: aws_secret_access_key"},
		{"", "aws_access_key_id =\naws_secret_access_key =\n", "Partial credentials found in shared-credentials-file, missing: aws_access_key_id"},
		{"aws_access_key_id = a\naws_secret_access_key = s\n", "aws_access_key_id = a\n", "Partial credentials found in shared-credentials-file, missing: aws_secret_access_key"},
	} {
		p, _, err := Resolve(inputsWith("[profile x]\n"+tt.config, "[x]\n"+tt.credentials, "--profile=x"))
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err = p.StaticKeys(); tt.want == "" && err != nil {
			t.Errorf("%q: error %v", tt.config, err)
		} else if tt.want != "" {
			wantError(t, err, 255, tt.want, "")
		}
	}
}
