package leaktest_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// secretLike matches text that looks like a token or a secret key. AWS's tokens and keys are
// longer.
var secretLike = regexp.MustCompile(`[A-Za-z0-9+/_-]{40,}={0,2}`)

// knownLike matches text that looks like a secret but is not a secret. Examples are AWS's
// published keys, ARNs of roles, paths with a hash, the address of an Okta application, paths of
// the metadata service, names of Go tests and of AWS's operations, URLs in base64, and text that a
// passphrase encrypts ("Salted__" in base64).
var knownLike = regexp.MustCompile(`EXAMPLE|^policy/root-task/|^[A-Z][A-Za-z]{39,49}$|^aHR0cHM6Ly9|^U2FsdGVkX1|^Test[A-Z][A-Za-z]+$|^assumed-role/AWSReservedSSO_|^[A-Z]+/[0-9a-f]{40}$|^home/amazon_aws/|meta-data/iam/`)

// publicKey matches a public key in PEM.
var publicKey = regexp.MustCompile(`(?s)-----BEGIN PUBLIC KEY-----.*?-----END PUBLIC KEY-----`)

// looksSecret returns the parts of a text that look like secrets. Words in one case,
// such as hashes, do not count.
func looksSecret(text string) (found []string) {
	text = publicKey.ReplaceAllString(text, "")
	for _, word := range secretLike.FindAllString(text, -1) {
		if strings.ToLower(word) != word && strings.ToUpper(word) != word && !knownLike.MatchString(word) {
			found = append(found, word)
		}
	}
	return found
}

// checkPattern checks that looksSecret finds every secret in values in the middle of a text. An
// emulator has issued these values.
func checkPattern(t *testing.T, values []string) {
	t.Helper()
	for _, value := range values {
		if found := looksSecret(`{"x": "` + value + `"}`); len(found) != 1 || found[0] != value {
			t.Errorf("%s... of %d characters would not be found", value[:4], len(value))
		}
	}
}

// Golden files, scripts and documentation pages hold no text that looks like a token.
func TestGoldenFiles(t *testing.T) {
	root := filepath.Join("..", "..")
	files := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "node_modules" || strings.HasPrefix(d.Name(), ".") && path != root) {
			return filepath.SkipDir
		}
		if !d.Type().IsRegular() || !isGolden(filepath.ToSlash(path)) {
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files++
		for _, word := range looksSecret(string(data)) {
			t.Errorf("%s holds text that looks like a secret: %s... (%d characters)", path, word[:8], len(word))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 200 {
		t.Errorf("only %d files were looked at", files)
	}
}

func isGolden(path string) bool {
	return strings.Contains(path, "/testdata/") || strings.HasPrefix(path, "../../docs/") || strings.HasSuffix(path, ".md")
}
