package servecmd

import (
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/credserver"
	"github.com/lanyard-cli/lanyard/internal/peer"
)

func TestJournal(t *testing.T) {
	foreign := credserver.Request{Code: "OtherUser", Peer: peer.Process{UID: 65534}}
	requests := []credserver.Request{
		{Name: "dev admin", Status: 200},
		{Name: "dev", Status: 400, Code: "a\nb"},
		{Name: "dev", Status: 403, Code: "InvalidAuthorization"},
		foreign, foreign,
	}
	for _, tt := range []struct {
		verbose bool
		want    string
	}{
		{false, "lanyard: refused a connection of the user with uid 65534\nlanyard: refused 3 requests\n"},
		{true, `2026-11-22T12:00:00Z 'dev admin' 200
2026-11-22T12:00:00Z dev 400 'a b'
2026-11-22T12:00:00Z dev 403 InvalidAuthorization
2026-11-22T12:00:00Z OtherUser uid=65534
2026-11-22T12:00:00Z OtherUser uid=65534
lanyard: refused 3 requests
`},
	} {
		var out strings.Builder
		app := &command.App{
			Name: "lanyard", IO: command.Streams{Err: &out},
			Now: func() time.Time { return time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC) },
		}
		j := &journal{app: app, verbose: tt.verbose}
		for _, r := range requests {
			j.add(r)
		}
		j.end()
		if out.String() != tt.want {
			t.Errorf("verbose %v: printed\n%s\nwant\n%s", tt.verbose, out.String(), tt.want)
		}
	}
}
