package statuscmd

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/internal/broker"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/output"
)

func TestHorizonForPeople(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	in := func(at, latest time.Duration, configured bool) broker.SessionEnd {
		return broker.SessionEnd{At: now.Add(at), Latest: now.Add(latest), Configured: configured}
	}
	for _, tt := range []struct {
		name string
		h    broker.SessionEnd
		want string
	}{
		{"unknown", broker.SessionEnd{}, "-"},
		{"configured", in(5*time.Hour+12*time.Minute, 5*time.Hour+12*time.Minute, true), "5h12m"},
		{"configured, and over", in(-time.Minute, -time.Minute, true), "passed"},
		{"learned roughly", in(7*time.Hour, 8*time.Hour, false), "7h00m to 8h00m"},
		{"learned well", in(7*time.Hour+50*time.Minute, 8*time.Hour+10*time.Minute, false), "about 8h00m"},
		{"learned, and soon", in(-time.Minute, 20*time.Minute, false), "within 20m"},
		{"learned wrongly", in(-time.Hour, -time.Minute, false), "-"},
	} {
		if got := horizon(tt.h, now); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestStatusFitsTheTerminal(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	list := []sessionStatus{
		{
			StartURL: "https://a-rather-long-name.awsapps.com/start", Region: "eu-central-1", SSOSession: "corp", State: "valid",
			ExpiresAt: "2026-11-22T12:59:00Z", expires: now.Add(59 * time.Minute), Refreshable: true,
			horizon:               broker.SessionEnd{At: now.Add(7 * time.Hour), Latest: now.Add(8 * time.Hour)},
			RegistrationExpiresAt: "2027-02-20T12:00:00Z", Profiles: []string{"development-admin", "production-read", "sandbox", "x"},
		},
		{StartURL: "https://other.awsapps.com/start", Region: "us-east-1", State: "none"},
	}
	for _, tt := range []struct {
		name      string
		width     int
		wantTable bool
	}{{"no terminal", 0, true}, {"wide", 250, true}, {"narrow", 80, false}} {
		var out bytes.Buffer
		app := &command.App{IO: command.Streams{Width: tt.width}, Now: func() time.Time { return now }, Out: command.NewWriter(&out, false)}
		if err := printTable(app, list); err != nil {
			t.Fatal(err)
		}
		if table := strings.HasPrefix(out.String(), "SESSION "); table != tt.wantTable {
			t.Errorf("%s: a table is %v, want %v:\n%s", tt.name, table, tt.wantTable, &out)
		}
		if tt.width > 0 && output.Widest(out.String()) > tt.width {
			t.Errorf("%s: wider than the terminal:\n%s", tt.name, &out)
		}
		for _, want := range []string{"corp (https://a-rather-long-name.awsapps.com/start)", "59m", "7h00m to 8h00m", "until 2027-02-20", "signed out", "and 1 more"} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("%s: %q is missing from\n%s", tt.name, want, &out)
			}
		}
	}
}
