package secret_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/secret"
)

const value = "aoaAAAA-very-secret"

type exported struct{ S secret.String }

type unexported struct{ s secret.String }

func TestNeverPrinted(t *testing.T) {
	s := secret.New(value)
	shapes := map[string]any{
		"value": s, "pointer": &s, "slice": []secret.String{s},
		"map": map[string]secret.String{"k": s}, "exported field": exported{s}, "unexported field": unexported{s},
	}
	for name, shape := range shapes {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
			if got := fmt.Sprintf(verb, shape); strings.Contains(got, value) || strings.Contains(got, fmt.Sprintf("%x", value)) {
				t.Errorf("%s of a %s prints the secret: %s", verb, name, got)
			}
		}
		data, err := json.Marshal(shape)
		if err != nil {
			t.Fatalf("json of %s: %v", name, err)
		}
		var log bytes.Buffer
		slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "a", shape)
		slog.New(slog.NewTextHandler(&log, nil)).Info("x", "a", shape)
		if strings.Contains(string(data)+log.String(), value) {
			t.Errorf("the encoding of a %s contains the secret: %s %s", name, data, &log)
		}
	}
}

func TestReveal(t *testing.T) {
	if got := secret.New(value).Reveal(); got != value {
		t.Errorf("Reveal = %q, want %q", got, value)
	}
	var zero secret.String
	if !zero.IsZero() || zero.Reveal() != "" || !zero.Equal(secret.New("")) || zero.Equal(secret.New(value)) {
		t.Error("the zero value is not the empty secret")
	}
}
