package broker_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/internal/broker"
	"github.com/lanyard-cli/lanyard/internal/broker/brokertest"
)

const (
	account, admin = brokertest.Account, brokertest.Admin
	refresh        = brokertest.Refresh
)

// A world is that of [brokertest], in a bubble of fake time.
type world struct{ *brokertest.World }

// inWorld runs a test in a world of its own.
func inWorld(t *testing.T, c emulator.Config, test func(w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { test(&world{brokertest.New(t, c)}) })
}

// sleep lets fake time pass.
func sleep(d time.Duration) { time.Sleep(d) }

func mustBeEnded(t *testing.T, err error) {
	t.Helper()
	var s *broker.SessionError
	if !errors.As(err, &s) || err.Error() != broker.EndedText {
		t.Errorf("error %v, want the guide's message", err)
	}
}
