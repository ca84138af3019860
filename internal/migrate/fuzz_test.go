package migrate

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
)

// FuzzLeapp checks encrypted and plain workspaces.
func FuzzLeapp(f *testing.F) {
	a, err := txtar.ParseFile("testdata/leapp.txtar")
	if err != nil {
		f.Fatal(err)
	}
	key := func() (string, error) { return "0123456789abcdef", nil }
	f.Add(a.Files[0].Data)
	f.Add([]byte(`{"_sessions": [{"type": "awsSsoRole", "roleArn": "arn:aws:iam::1/x"}], "_awsSsoIntegrations": [{}]}`))
	f.Fuzz(func(t *testing.T, content []byte) {
		w, err := parseLeapp("x", content, key)
		if (w == nil) == (err == nil) {
			t.Errorf("got %v and the error %v", w, err)
		}
	})
}

// FuzzFiles reads any files as the files of each tool. A plan must only add sections, and a second
// migration must find what the first one added.
func FuzzFiles(f *testing.F) {
	for _, tool := range Tools() {
		a, err := txtar.ParseFile(filepath.Join("testdata", tool+".txtar"))
		if err != nil {
			f.Fatal(err)
		}
		var config, file string
		for _, x := range a.Files {
			switch {
			case x.Name == ".aws/config":
				config = string(x.Data)
			case strings.HasPrefix(x.Name, ".") && x.Name != ".aws/config":
				file = string(x.Data)
			}
		}
		f.Add(tool, config, file, "")
	}
	f.Add(Leapp, "", `{"_sessions": [{"type": "awsSsoRole", "sessionName": "a", "roleArn": "arn:aws:iam::111122223333/x", "awsSsoConfigurationId": "1"}], "_awsSsoIntegrations": [{"id": "1", "portalUrl": "https://x", "region": "us-east-1"}]}`, "[a]\n")
	f.Add(AWSSSOCLI, "[profile a]\ncredential_process = aws-sso process --arn arn:aws:iam::111122223333:role/x\ns3 =\n  a = b\nx = 1\n  2\n[profile = y\n",
		"SSOConfig:\n  \"a]\\n\": {StartUrl: 'http://[::1]/', SSORegion: us-east-1, DefaultRegion: \"a\\nb\", Accounts: {1: {Roles: {x: null}}}}\n", "")
	f.Add(AWSVault, "[default]\ninclude_profile=default\n[profile a]\nrole_arn=x\nsource_profile=b\n[profile b]\nrole_arn=x\nsource_profile=a\n", "", "")
	f.Fuzz(func(t *testing.T, tool, config, file, credentials string) {
		dir := t.TempDir()
		in := Input{
			Home: dir, Config: filepath.Join(dir, "config"), Credentials: filepath.Join(dir, "credentials"), File: filepath.Join(dir, "file"),
			LookupEnv: func(string) (string, bool) { return "", false },
			MachineID: func() (string, error) { return "0123456789abcdef", nil },
		}
		if !HasFile(tool) {
			in.File = ""
		}
		for path, text := range map[string]string{in.Config: config, in.Credentials: credentials, filepath.Join(dir, "file"): file} {
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		source, err := Read(tool, in)
		if err != nil {
			return
		}
		before := []byte(config)
		plan := New(source, "")
		after, err := awsconfig.Edit(in.Config, before, false, plan.Changes...)
		if err != nil {
			// The edit refuses a config that the AWS CLI cannot read. It must not refuse our sections.
			if _, other := awsconfig.Edit(in.Config, before, false, awsconfig.Change{Kind: awsconfig.Profile, Name: "fuzz", Key: "region", Value: "x"}); other == nil {
				t.Fatalf("%v for the changes %+v", err, plan.Changes)
			}
			return
		}
		if len(plan.Changes) > 0 && !bytes.HasPrefix(after, bytes.TrimRight(before, " \t\r\n")) {
			t.Fatalf("%q became %q", before, after)
		}
		if err := os.WriteFile(in.Config, after, 0o600); err != nil {
			t.Fatal(err)
		}
		if source, err = Read(tool, in); err != nil {
			t.Fatal(err)
		}
		if again := New(source, ""); len(again.Changes) > 0 {
			t.Errorf("the second migration of\n%s\nchanges %+v", after, again.Changes)
		}
	})
}
