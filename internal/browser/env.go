package browser

import (
	"runtime"
	"strings"
)

// withoutSecrets returns env without what a browser, its extensions and the
// programs it starts have no business with: every variable of AWS, or of ours,
// that is named for a key, a secret, a token or a password.
func withoutSecrets(env []string) []string {
	var kept []string
	for _, entry := range env {
		name, _, _ := strings.Cut(entry, "=")
		if !isSecret(strings.ToUpper(name)) {
			kept = append(kept, entry)
		}
	}
	if kept == nil {
		kept = []string{} // nil would mean our own environment
	}
	return kept
}

func isSecret(name string) bool {
	if !strings.HasPrefix(name, "AWS_") && !strings.HasPrefix(name, "LANYARD_") {
		return false
	}
	for _, word := range []string{"KEY", "SECRET", "TOKEN", "PASS", "CREDENTIALS_FULL_URI", "CREDENTIALS_RELATIVE_URI"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}

// lookup returns the value of a variable of env; of several the last one counts.
func lookup(env []string, name string) string {
	value := ""
	for _, entry := range env {
		key, v, _ := strings.Cut(entry, "=")
		if key == name || runtime.GOOS == "windows" && strings.EqualFold(key, name) {
			value = v
		}
	}
	return value
}
