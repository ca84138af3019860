package ssocache_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// A file with control characters in a value is corrupt, because the value may be sent in a
// header. The error names the file.
func TestControlCharacters(t *testing.T) {
	dir := ssocache.Dir{Home: t.TempDir()}
	for _, folder := range []string{dir.SSO(), dir.Roles()} {
		if err := os.MkdirAll(folder, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	token := `{"startUrl":"u","region":"r","accessToken":"a","expiresAt":"2030-01-01T00:00:00Z","clientId":"i","clientSecret":"s","refreshToken":"t"}`
	role := `{"ProviderType":"sso","Credentials":{"AccessKeyId":"a","SecretAccessKey":"s","SessionToken":"t","Expiration":"2030-01-01T00:00:00Z"}}`
	registration := `{"clientId":"i","clientSecret":"s","expiresAt":"2030-01-01T00:00:00Z"}`
	for _, c := range []struct {
		path, content string
		values        string
		load          func() error
	}{
		{dir.TokenPath("corp"), token, "urast", func() error { _, err := dir.LoadToken("corp"); return err }},
		{filepath.Join(dir.Roles(), "x.json"), role, "ast", func() error { _, err := dir.LoadCredentials("x.json"); return err }},
		{filepath.Join(dir.SSO(), "y.json"), registration, "is", func() error { _, err := dir.LoadRegistration("y.json"); return err }},
	} {
		try := func(content string) error {
			t.Helper()
			if err := os.WriteFile(c.path, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			return c.load()
		}
		if err := try(c.content); err != nil {
			t.Errorf("%s: %v", c.content, err)
		}
		for _, value := range strings.Split(c.values, "") {
			for _, bad := range []string{`\r\nX-Evil: 1`, `\u0000`, `\u001b[0m`, `\u007f`} {
				corrupt := strings.Replace(c.content, `:"`+value+`"`, `:"`+value+bad+`"`, 1)
				if err := try(corrupt); !errors.Is(err, ssocache.ErrCorrupt) || !strings.Contains(err.Error(), c.path) {
					t.Errorf("%s: %v, want ErrCorrupt with the path", corrupt, err)
				}
			}
		}
	}
}
