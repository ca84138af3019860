package completion_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/completion"
)

func TestAnswerProfiles(t *testing.T) {
	dir := t.TempDir()
	files := map[string]string{
		"AWS_CONFIG_FILE": "[default]\n[profile default]\n[profile dev]\nsso_account_id = 1\nsso_role_name = Admin\n" +
			"[profile \x1b[31m]\n[profile deploy]\nrole_arn = arn:aws:iam::2:role/a/B\n[profile bad]\nsso_role_name = \x1b[31m\n[profile r]\nsso_role_name = R\n",
		"AWS_SHARED_CREDENTIALS_FILE": "[dev]\n[keys]\n",
	}
	paths := map[string]string{}
	for name, content := range files {
		paths[name] = filepath.Join(dir, name)
		if err := os.WriteFile(paths[name], []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	lookup := func(name string) (string, bool) { path, ok := paths[name]; return path, ok }
	all := "default\t\ndev\t1 · Admin\ndeploy\t2 · a/B\nbad\t\nr\tR\nkeys\t\n"
	for _, tt := range []struct {
		args []string
		want string // "" means that the normal command answers
	}{
		{[]string{"fish", "--profile", ""}, all},
		{[]string{"fish", "exec", ""}, all},
		{[]string{"zsh", "sso", "login", "--profile", "de"}, "default\t\ndev\t1 · Admin\ndeploy\t2 · a/B\n"},
		{[]string{"fish", "--profile=dev"}, "--profile=dev\t1 · Admin\n"},
		{[]string{"bash", "lanyard use de", "de"}, "default\ndev\ndeploy\n"},
		{[]string{"bash", "lanyard --profile=d", "d"}, "default\ndev\ndeploy\n"},
		{[]string{"powershell", ".env", ".k"}, "keys\t\n"},
		{[]string{"fish", "--profile", "nope"}, ""},
		{[]string{"fish", "exec", "--"}, ""},
		{[]string{"fish", "exec", "dev", ""}, ""},
		{[]string{"fish", "status", ""}, ""},
		{[]string{"fish", "--query", "--profile", ""}, ""},
		{[]string{"fish", "--query", "--profile="}, ""},
		{[]string{"fish", "exec", "dev", "--", "x", "--profile", ""}, ""},
		{[]string{"bash", "lanyard --profile dev >", ""}, ""},
		{[]string{"fish"}, ""},
		{nil, ""},
	} {
		var out strings.Builder
		if ok := completion.AnswerProfiles(tt.args, lookup, &out); out.String() != tt.want || ok != (tt.want != "") {
			t.Errorf("%q: %v\n%s\nwant\n%s", tt.args, ok, out.String(), tt.want)
		}
	}
}
