package agentcmd

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/command"
)

// The agent gets absolute paths, because it runs in another working folder. It gets no
// credentials.
func TestEnvironmentOfTheAgent(t *testing.T) {
	t.Chdir(t.TempDir())
	absolute := func(name string) string {
		path, err := filepath.Abs(name)
		if err != nil {
			t.Fatal(err)
		}
		return path
	}
	for _, tt := range []struct {
		entry string
		want  []string
	}{
		{"HOME=home", []string{"HOME=" + absolute("home")}},
		{"USERPROFILE=home", []string{"USERPROFILE=" + absolute("home")}},
		{"HOME=", []string{"HOME="}},
		{"AWS_CONFIG_FILE=config", []string{"AWS_CONFIG_FILE=" + absolute("config")}},
		{"LANYARD_AGENT_SOCKET=none", []string{"LANYARD_AGENT_SOCKET=none"}},
		{"AWS_REGION=eu-west-1", []string{"AWS_REGION=eu-west-1"}},
		{"AWS_PROFILE=dev", nil},
		{"AWS_SECRET_ACCESS_KEY=secret", nil},
	} {
		app := &command.App{Env: command.Env{
			Lookup:  func(string) (string, bool) { return "", false },
			Environ: func() []string { return []string{tt.entry} },
		}}
		if got := environment(app); !slices.Equal(got, tt.want) {
			t.Errorf("%s becomes %q, want %q", tt.entry, got, tt.want)
		}
	}
}
