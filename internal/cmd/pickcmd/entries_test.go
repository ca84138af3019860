package pickcmd

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// testWorkspace returns the workspace of a home folder with this config.
func testWorkspace(t testing.TB, config string) *workspace.Workspace {
	t.Helper()
	home := t.TempDir()
	if err := os.Mkdir(filepath.Join(home, ".aws"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(home, ".aws", "config"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	return workspace.Files(&command.App{
		Env: command.EnvOf([]string{"HOME=" + home, "USERPROFILE=" + home}), Log: slog.New(slog.DiscardHandler), Now: time.Now,
	})
}

// BenchmarkMenu measures the work before the menu of a config with 100,000 profiles appears.
func BenchmarkMenu(b *testing.B) {
	var config strings.Builder
	for i := range 100_000 {
		fmt.Fprintf(&config, "[profile payments-%d]\nsso_session = corp\nsso_account_id = %012d\nsso_role_name = Role%d\nsso_account_name = Payments %d\n"+
			"sso_account_email = aws-%d@example.com\nregion = us-east-1\n\n", i, 100000000000+i/10, i%10, i/10, i/10)
	}
	w := testWorkspace(b, config.String())
	b.Run("read", func(b *testing.B) {
		for b.Loop() {
			if _, err := os.ReadFile(w.In.Config.Path); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("open", func(b *testing.B) {
		for b.Loop() {
			workspace.Files(w.App)
		}
	})
	b.Run("entries", func(b *testing.B) {
		for b.Loop() {
			if all, err := entries(w); err != nil || len(all) != 100_000 {
				b.Fatal(len(all), err)
			}
		}
	})
	b.Run("items", func(b *testing.B) {
		all, _ := entries(w)
		for b.Loop() {
			items(all)
		}
	})
}
