package cli_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// looksSecret matches tokens of Identity Center and of the emulator, AWS keys, session tokens and
// JSON Web Tokens. The values in scripts are too short to match, or contain EXAMPLE.
var looksSecret = regexp.MustCompile(`\bao[ar][\w-]{20,}|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\beyJ[\w-]{16,}|\b(?:IQoJ|FwoG)[\w/+=]{16,}` +
	`|[?&](?:code|state|code_challenge)=[\w.~-]{16,}|(?i)secret_?access_?key"?[=: ]+"?[\w/+]{40}\b`)

// Scripts must not contain secrets that were copied from a real run.
func TestScriptsContainNoSecrets(t *testing.T) {
	t.Parallel()
	err := filepath.WalkDir("testdata", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, example := range []string{"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"} { // of AWS's documentation
			text = bytes.ReplaceAll(text, []byte(example), nil)
		}
		if found := looksSecret.Find(text); found != nil {
			t.Errorf("%s contains text that looks like a secret: %s", path, found)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestLooksSecret(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`"accessToken": "aoaAAAAAGcV1n5XH0xQ2pJ4"`, "aorAAAAAGcV1n5XH0xQ2pJ4", "AKIAQWERTYUIOPASDFGH",
		"AWS_SESSION_TOKEN=IQoJb3JpZ2luX2VjEXAMPLE", `"SecretAccessKey": "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"`,
		"/oauth/callback?code=0123456789abcdef&state=x", "eyJhbGciOiJIUzI1NiIsInR5cCI6",
	} {
		if !looksSecret.MatchString(text) {
			t.Errorf("%q does not look secret", text)
		}
	}
	for _, text := range []string{"ASIAROLE00000010", "role-session-token==", "5811043bbe9834d43b2a849958afa0f2b5f12b4e", "state=***"} {
		if looksSecret.MatchString(text) {
			t.Errorf("%q looks secret", text)
		}
	}
}
