package idcenter

import (
	"bytes"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestClockOfAReply(t *testing.T) {
	received := time.Date(2026, 11, 22, 12, 0, 4, 500e6, time.UTC)
	tests := []struct {
		name, date string
		took       time.Duration
		want       time.Duration
		unknown    bool
	}{
		{"same clock", "Sun, 22 Nov 2026 12:00:04 GMT", 0, 0, false},
		{"same clock, slow reply", "Sun, 22 Nov 2026 12:00:00 GMT", 8 * time.Second, 0, false},
		{"clock ahead", "Sun, 22 Nov 2026 11:00:04 GMT", 0, time.Hour, false},
		{"clock behind", "Sun, 22 Nov 2026 13:00:04 GMT", 0, -time.Hour, false},
		{"no date", "", 0, 0, true},
		{"invalid date", "soon", 0, 0, true},
	}
	for _, tt := range tests {
		got := ClockOf(http.Header{"Date": {tt.date}}, received, tt.took)
		if got.Ahead != tt.want || got.Date.IsZero() != tt.unknown {
			t.Errorf("%s: %+v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestClockInWords(t *testing.T) {
	for ahead, want := range map[time.Duration]string{
		6 * time.Minute:                   "6m fast",
		time.Hour - 400*time.Millisecond:  "1h0m fast",
		-90 * time.Minute:                 "1h30m slow",
		47*time.Hour + 59*time.Minute:     "47h59m fast",
		-(4*24*time.Hour - 5*time.Minute): "4 days slow",
	} {
		if c := (Clock{Ahead: ahead}); c.String() != want || !c.Wrong() {
			t.Errorf("%v: %v, %s; want %s", ahead, c.Wrong(), c, want)
		}
	}
	if (Clock{Ahead: -5 * time.Minute}).Wrong() {
		t.Error("five minutes are borne")
	}
}

// Results and the log contain the difference of the clocks.
func TestAnswersCarryTheServicesClock(t *testing.T) {
	ours := time.Date(2026, 11, 22, 12, 0, 0, 500e6, time.UTC)
	theirs := ours.Add(-time.Hour)
	var log bytes.Buffer
	c := clientAt(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", theirs.Format(http.TimeFormat))
		w.Header().Set("Content-Type", "application/json")
		body := `{"accessToken":"access-2","expiresIn":3600}`
		if r.Method == http.MethodGet {
			body = `{"roleCredentials":{"accessKeyId":"A","secretAccessKey":"secret-2","sessionToken":"s","expiration":1}}`
		}
		_, _ = w.Write([]byte(body))
	})
	c.now = func() time.Time { return ours }
	c.log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	grant, err := c.Refresh(t.Context(), registration, refreshToken)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := c.RoleCredentials(t.Context(), accessToken, "111122223333", "Admin")
	if err != nil {
		t.Fatal(err)
	}
	// The client assumes that the service replied in the middle of the request.
	for _, clock := range []Clock{grant.Clock, keys.Clock} {
		if !clock.Date.Equal(theirs.Truncate(time.Second)) || clock.Ahead.Round(time.Minute) != time.Hour {
			t.Errorf("%+v, want %v and an hour ahead", clock, theirs)
		}
	}
	if n := strings.Count(log.String(), "clock_ahead="); n != 2 {
		t.Errorf("the log names the clock %d times, want 2:\n%s", n, &log)
	}
	noSecret(t, "log", log.String())
}
