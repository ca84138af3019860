//go:build unix

package interop_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/lanyard-cli/lanyard/emulator"
)

// A resolver finds the identities of many profiles.
type resolver struct {
	client
	find func(t *testing.T, h *home, tasks []lookup) []finding
}

// Every client finds the same identity for each profile of the table, or fails.
func TestProfiles(t *testing.T) {
	t.Parallel()
	h, tasks := newTableHome(t)
	for _, r := range resolvers() {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			r.need(t)
			mine := h.copy(t)
			began := time.Now()
			found := r.find(t, mine, tasks)
			t.Logf("%d profiles in %v", len(tasks), time.Since(began).Round(time.Millisecond))
			for i, c := range profileTable {
				c.check(t, r.client, found[i])
			}
		})
	}
	t.Run("AWS CLI under lanyard exec", func(t *testing.T) {
		t.Parallel()
		each(t, which(func(c client) bool { return strings.HasPrefix(c.name, "AWS CLI") }), func(t *testing.T, c client) {
			t.Parallel()
			mine := h.copy(t)
			for profile, arn := range map[string]string{"dev": jane, "process-token": baseARN("temporary"), "web": webARN("web")} {
				under := invocation{append([]string{lanyardPath, "exec", profile, "--"}, c.with(c.identity[:4]).args...), true, ""}
				if got := mine.run(t, under, tableEnv...).identity(); !pattern(arn).MatchString(got.Arn) {
					t.Errorf("lanyard exec %s: found %q, error %q, want %s", profile, got.Arn, got.Error, arn)
				}
			}
		})
	})
}

// copy returns a home with the same emulator and files, but with caches of its own.
func (h *home) copy(t *testing.T) *home {
	t.Helper()
	mine := *h
	mine.dir = t.TempDir()
	if err := os.CopyFS(mine.path(".aws"), os.DirFS(h.path(".aws"))); err != nil {
		t.Fatal(err)
	}
	return &mine
}

// check compares a client's result with the table.
func (c profileCase) check(t *testing.T, by client, got finding) {
	t.Helper()
	words := by.python || strings.HasPrefix(by.name, own)
	arn, message := c.arn, c.message
	if d, ok := c.deviation(by); ok {
		arn, message, words = d.arn, d.message, true
	}
	if !words {
		message = ""
	}
	switch {
	case arn == "" && got.Error == "":
		t.Errorf("%s: found %s, want an error with %q", c, got.Arn, message)
	case arn == "" && !strings.Contains(got.Error, message):
		t.Errorf("%s: error %q, want an error with %q", c, got.Error, message)
	case arn != "" && !pattern(arn).MatchString(got.Arn):
		t.Errorf("%s: found %q, error %q, want %s", c, got.Arn, got.Error, arn)
	}
}

// deviation returns the deviation of a client from the other clients.
func (c profileCase) deviation(by client) (deviation, bool) {
	for _, d := range c.differs {
		for _, name := range strings.Split(d.clients, ", ") {
			if by.name == name || strings.HasPrefix(by.name+" "+strings.TrimPrefix(by.version, "aws-cli/"), name+".") ||
				strings.HasPrefix(by.name, name+" ") {
				return d, true
			}
		}
	}
	return deviation{}, false
}

func (c profileCase) String() string {
	name := "--profile " + c.profile
	if c.profile == "" {
		name = "no --profile"
	}
	if c.env != "" {
		name += " with " + c.env
	}
	return name
}

// pattern converts a text to a regular expression. In the text, * stands for any text.
func pattern(text string) *regexp.Regexp {
	return regexp.MustCompile("^" + strings.ReplaceAll(regexp.QuoteMeta(text), `\*`, ".*") + "$")
}

// newTableHome returns a home with the profiles of the table, signed in, and the tasks of
// the clients.
func newTableHome(t *testing.T) (*home, []lookup) {
	t.Helper()
	c := emulator.BuiltIn()
	for _, user := range tableUsers {
		id, secret := accessKey(user)
		c.IAMUsers = append(c.IAMUsers, emulator.IAMUser{Account: account, Name: user, AccessKeyID: id, SecretAccessKey: secret})
	}
	c.Roles = append(
		c.Roles,
		emulator.Role{Account: account, Name: "Base", Trusts: []string{account}},
		emulator.Role{Account: "210987654321", Name: "Work", Trusts: []string{"111122223333", account, "123456789012"}, MaxSession: 12 * time.Hour},
		emulator.Role{Account: "210987654321", Name: "Partner", Trusts: []string{account}, ExternalID: "partner-2026"},
		emulator.Role{Account: "210987654321", Name: "Link1", Trusts: []string{"111122223333"}},
	)
	for i := 2; i <= 5; i++ {
		c.Roles = append(c.Roles, emulator.Role{
			Account: "210987654321", Name: fmt.Sprintf("Link%d", i), Trusts: []string{fmt.Sprintf("arn:aws:iam::210987654321:role/Link%d", i-1)},
		})
	}
	h := newHome(t, setup{"table", "", ""}, c)
	values := h.tableValues(t)
	config, credentials := new(strings.Builder), new(strings.Builder)
	var tasks []lookup
	for _, c := range profileTable {
		if c.config != "" {
			fmt.Fprintf(config, "[%s]\n%s\n", sectionOf(c.profile), values.Replace(c.config))
		}
		if c.keys != "" {
			fmt.Fprintf(credentials, "[%s]\n%s\n", c.profile, values.Replace(c.keys))
		}
		task := lookup{c.profile, map[string]string{}}
		for _, word := range strings.Fields(values.Replace(c.env)) {
			name, value, _ := strings.Cut(word, "=")
			task.Env[name] = value
		}
		tasks = append(tasks, task)
	}
	h.writeConfig(t, config.String()+moreSections)
	if err := os.WriteFile(h.path(".aws", "credentials"), []byte(credentials.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	h.loginWith(t, clientNamed("lanyard"))
	return h, tasks
}

// sectionOf returns the name of a profile's section in the config.
func sectionOf(profile string) string {
	switch {
	case profile == "default":
		return profile
	case strings.Contains(profile, " "):
		return `profile "` + profile + `"`
	}
	return "profile " + profile
}

// tableValues writes the files that the profiles name, starts the endpoints of a container and
// of an instance, and returns the values of the table.
func (h *home) tableValues(t *testing.T) *strings.Replacer {
	t.Helper()
	temporary := h.temporary(t, "temporary")
	program := document{"Version": 1}
	program["AccessKeyId"], program["SecretAccessKey"] = accessKey("program")
	for name, content := range map[string]document{
		"program.json":   program,
		"two words.json": program,
		"version2.json":  program.with("Version", 2),
		"nokey.json":     {"Version": 1},
		"token.json":     temporary.with("Version", 1),
		"expired.json":   temporary.with("Version", 1).with("Expiration", "2020-01-01T00:00:00Z"),
	} {
		h.write(t, name, content.String())
	}
	h.write(t, "token", h.srv.WebIdentityToken("repo:example/app", "sts.amazonaws.com", time.Hour))
	h.write(t, "other-token", h.srv.WebIdentityToken("repo:other/app", "sts.amazonaws.com", time.Hour))
	container := serveContainer(t, h.temporary(t, "container"))
	ofInstance := h.temporary(t, "instance")
	imds := serveInstance(t, ofInstance, true) + "/"
	const instance = "AWS_EC2_METADATA_DISABLED=false AWS_EC2_METADATA_SERVICE_ENDPOINT="
	settings := fmt.Sprintf("aws_access_key_id = %s\naws_secret_access_key = %s\n", temporary["AccessKeyId"], temporary["SecretAccessKey"])
	return strings.NewReplacer(
		"{dir}", h.dir, "{lanyard}", lanyardPath,
		"{temporary}", settings+fmt.Sprintf("aws_session_token = %s\n", temporary["SessionToken"]),
		"{temporary-without-token}", settings,
		"{temporary-environment}", fmt.Sprintf("AWS_ACCESS_KEY_ID=%s AWS_SECRET_ACCESS_KEY=%s AWS_SESSION_TOKEN=%s",
			temporary["AccessKeyId"], temporary["SecretAccessKey"], temporary["SessionToken"]),
		"{container}", "AWS_CONTAINER_CREDENTIALS_FULL_URI="+container+"/keys",
		"{container-token}", "AWS_CONTAINER_CREDENTIALS_FULL_URI="+container+"/guarded AWS_CONTAINER_AUTHORIZATION_TOKEN="+containerToken,
		"{imds}", imds, "{instance}", instance+imds,
		"{instance-1}", instance+serveInstance(t, ofInstance, false)+"/",
	)
}

func (h *home) write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(h.path(name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// temporary returns temporary credentials of the role Base, as a credential_process prints them.
func (h *home) temporary(t *testing.T, session string) document {
	t.Helper()
	id, secret := accessKey("program")
	client := h.sts(id, secret, "")
	out, err := client.AssumeRole(t.Context(), &sts.AssumeRoleInput{
		RoleArn: aws.String("arn:aws:iam::" + account + ":role/Base"), RoleSessionName: &session,
	})
	if err != nil {
		t.Fatal(err)
	}
	return document{
		"AccessKeyId": *out.Credentials.AccessKeyId, "SecretAccessKey": *out.Credentials.SecretAccessKey,
		"SessionToken": *out.Credentials.SessionToken, "Expiration": out.Credentials.Expiration.UTC().Format(time.RFC3339),
	}
}

// sts returns a client of the emulator's STS.
func (h *home) sts(id, secret, token string) *sts.Client {
	return sts.New(sts.Options{
		BaseEndpoint: &h.srv.URL, Region: "us-east-1",
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: id, SecretAccessKey: secret, SessionToken: token}, nil
		}),
	})
}

// A document is a JSON object.
type document map[string]any

func (d document) with(name string, value any) document {
	d = maps.Clone(d)
	d[name] = value
	return d
}

func (d document) String() string {
	data, err := json.Marshal(d)
	if err != nil {
		panic(err) // all values are texts and numbers
	}
	return string(data)
}

// containerToken is the value of Authorization that the path /guarded requires.
const containerToken = "Basic-secret"

// serveContainer starts the endpoint of a container.
func serveContainer(t *testing.T, c document) (address string) {
	t.Helper()
	reply := c.with("Token", c["SessionToken"]).String()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprint(w, reply) })
	mux.HandleFunc("GET /guarded", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != containerToken {
			http.Error(w, "who are you?", http.StatusUnauthorized)
			return
		}
		_, _ = fmt.Fprint(w, reply)
	})
	return serve(t, mux)
}

// serveInstance starts the metadata service of an instance, with version 2 of the protocol or
// with version 1.
func serveInstance(t *testing.T, c document, version2 bool) (address string) {
	t.Helper()
	const path, token = "/latest/meta-data/iam/security-credentials/", "instance-token"
	reply := c.with("Token", c["SessionToken"]).with("Code", "Success").with("Type", "AWS-HMAC").with("LastUpdated", "2026-01-01T00:00:00Z").String()
	mux := http.NewServeMux()
	get := func(path, text string) {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) {
			if version2 && r.Header.Get("X-Aws-Ec2-Metadata-Token") != token {
				http.Error(w, "no token", http.StatusUnauthorized)
				return
			}
			_, _ = fmt.Fprint(w, text)
		})
	}
	get(path+"{$}", "web-server")
	get(path+"web-server", reply)
	if version2 {
		mux.HandleFunc("PUT /latest/api/token", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Aws-Ec2-Metadata-Token-Ttl-Seconds", "21600")
			_, _ = fmt.Fprint(w, token)
		})
	}
	return serve(t, mux)
}

func serve(t *testing.T, handler http.Handler) (address string) {
	t.Helper()
	srv := httptest.NewServer(handler)
	t.Cleanup(srv.Close)
	return srv.URL
}
