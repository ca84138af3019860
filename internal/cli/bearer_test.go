package cli

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

// Bedrock accepts a token in the environment instead of a signature.
func TestBearerToken(t *testing.T) {
	authorization := ""
	p := newRecorder(t, func(w http.ResponseWriter, r *http.Request) {
		authorization = r.Header.Get("Authorization")
		w.WriteHeader(http.StatusForbidden)
		_, _ = io.WriteString(w, `{"message":"not for token-0123456789"}`)
	})
	const token = "AWS_BEARER_TOKEN_BEDROCK"
	code, _, stderr := p.run(t, "", map[string]string{token: "token-0123456789"}, "bedrock", "list-imported-models", "--no-paginate")
	if code != 254 || authorization != "Bearer token-0123456789" || strings.Contains(stderr, "token-0123456789") {
		t.Errorf("exit code %d, Authorization %q, %s", code, authorization, stderr)
	}
	for name, env := range map[string]map[string]string{
		"another service":     {token: "token-0123456789", "service": "ec2 describe-regions"},
		"no signature at all": {token: "token-0123456789", "service": "bedrock list-imported-models --no-paginate --no-sign-request"},
	} {
		line := env["service"]
		delete(env, "service")
		if code, _, stderr := p.run(t, "", env, strings.Fields(line)...); code == 0 || len(p.requests) != 1 || strings.Contains(authorization, "token-0123456789") {
			t.Errorf("%s: exit code %d, %d requests, Authorization %q, %s", name, code, len(p.requests), authorization, stderr)
		}
	}
	if code, _, stderr := p.run(t, "", map[string]string{"AWS_AUTH_SCHEME_PREFERENCE": "httpBearerAuth"}, "bedrock", "list-imported-models"); code == 0 || len(p.requests) != 0 ||
		!strings.Contains(stderr, "AWS CLI") {
		t.Errorf("a preference: exit code %d, %d requests, %s", code, len(p.requests), stderr)
	}
}
