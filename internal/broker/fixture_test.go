package broker_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/internal/broker"
	"github.com/lanyard-cli/lanyard/internal/broker/brokertest"
	"github.com/lanyard-cli/lanyard/internal/idcenter"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

const (
	account, admin = brokertest.Account, brokertest.Admin
	refresh        = brokertest.Refresh
)

// A fixture adds methods to the fixture of [brokertest].
type fixture struct{ *brokertest.Fixture }

// withFixture runs a test with a new fixture and with fake time.
func withFixture(t *testing.T, c emulator.Config, test func(f *fixture)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { test(&fixture{brokertest.New(t, c)}) })
}

// sleep advances the fake time.
func sleep(d time.Duration) { time.Sleep(d) }

func mustBeEnded(t *testing.T, err error) {
	t.Helper()
	var s *broker.SessionError
	if !errors.As(err, &s) || err.Error() != broker.EndedText {
		t.Errorf("error %v, want a SessionError with the text of internal/cli/testdata/guide.md", err)
	}
}

// jsonReply returns the reply of a service. If code is "", the reply has no error code.
func jsonReply(r *http.Request, status int, code, body string) *http.Response {
	h := http.Header{"Content-Type": {"application/json"}}
	if code != "" {
		h.Set("X-Amzn-Errortype", code)
	}
	return &http.Response{
		StatusCode: status, Status: http.StatusText(status), Header: h, Request: r,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
	}
}

func registrationOf(t ssocache.Token) idcenter.Registration {
	return idcenter.Registration{ClientID: t.ClientID, ClientSecret: t.ClientSecret, ExpiresAt: t.RegistrationExpiresAt}
}
