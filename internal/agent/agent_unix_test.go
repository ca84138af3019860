//go:build unix

package agent_test

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/internal/agent"
	"github.com/lanyard-cli/lanyard/internal/broker"
	"github.com/lanyard-cli/lanyard/internal/keystore"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// socket runs the fixture's agent at a real socket.
func (w *fixture) socket() (runningAgent, *agent.Client) {
	w.T.Helper()
	address := filepath.Join(w.T.TempDir(), "a.sock")
	l, lock, err := agent.Listen(address)
	if err != nil {
		w.T.Fatal(err)
	}
	w.T.Cleanup(lock.Release)
	// The machine may be busy: wait long for the agent's confirmation.
	return w.serve(l), &agent.Client{Address: address, Patience: agent.LongPatience}
}

func (w *fixture) question() agent.Question {
	return agent.Question{Request: w.Request()}
}

// expire makes the stored token expire.
func (w *fixture) expire() {
	w.T.Helper()
	tok := w.Stored("corp")
	tok.ExpiresAt = time.Now().Add(-time.Minute)
	if err := w.Files.SaveToken("corp", tok); err != nil {
		w.T.Fatal(err)
	}
}

// If two hundred clients ask at the same time, the agent makes one refresh and one call for
// the role.
func TestManyQuestionsAtOnce(t *testing.T) {
	w := newFixture(t, emulator.Config{})
	w.Login()
	w.expire()
	_, client := w.socket()
	var all sync.WaitGroup
	keys := make([]string, 200)
	for i := range keys {
		all.Go(func() {
			c := *client
			a, warnings, answered, err := c.Ask(t.Context(), w.question())
			if err != nil || !answered || len(warnings) > 0 {
				t.Errorf("answered %v, warnings %q: %v; want an answer without warnings", answered, warnings, err)
			}
			keys[i] = a.Credentials.AccessKeyID
		})
	}
	all.Wait()
	for i, key := range keys {
		if key == "" || key != keys[0] {
			t.Errorf("question %d has key %q, want that of question 0", i, key)
		}
	}
	w.Count(refresh, 1)
	w.Count("GetRoleCredentials", 1)
}

// The answer to a client contains the access token, but not the refresh token.
func TestAnswerHasNoRefreshToken(t *testing.T) {
	w := newFixture(t, emulator.Config{})
	w.Login()
	_, client := w.socket()
	q := w.question()
	q.Request.Purpose = broker.AccessToken
	a, _, answered, err := client.Ask(t.Context(), q)
	if err != nil || !answered || !a.Token.AccessToken.Equal(w.Stored("corp").AccessToken) {
		t.Fatalf("answered %v: %v; want the stored token", answered, err)
	}
	if !a.Token.RefreshToken.IsZero() || !a.Token.ClientSecret.IsZero() {
		t.Error("the answer contains the refresh token")
	}
}

// The client gets the same errors as the agent's broker returns.
func TestFailures(t *testing.T) {
	t.Run("not signed in", func(t *testing.T) {
		w := newFixture(t, emulator.Config{})
		_, client := w.socket()
		_, _, answered, err := client.Ask(t.Context(), w.question())
		var ended *broker.SessionError
		if !answered || !errors.As(err, &ended) || ended.Session.Name != "corp" {
			t.Errorf("answered %v: %v; want a SessionError of corp", answered, err)
		}
	})
	t.Run("refused by the service", func(t *testing.T) {
		w := newFixture(t, emulator.Config{})
		w.Login()
		_, client := w.socket()
		q := w.question()
		q.Request.RoleName = "NoSuchRole"
		_, _, answered, err := client.Ask(t.Context(), q)
		var shared *broker.SharedError
		if !answered || !errors.As(err, &shared) || !shared.Refused {
			t.Errorf("answered %v: %v; want a refused SharedError", answered, err)
		}
	})
	t.Run("the token cannot be stored", func(t *testing.T) {
		w := newFixture(t, emulator.Config{})
		w.Login()
		w.expire()
		w.Unwritable() // before the agent starts, which would refresh the token
		_, client := w.socket()
		if _, _, answered, err := client.Ask(t.Context(), w.question()); answered {
			t.Errorf("the agent answered instead of declining: %v", err)
		}
	})
	t.Run("other proxies", func(t *testing.T) {
		w := newFixture(t, emulator.Config{})
		w.Login()
		_, client := w.socket()
		q := w.question()
		q.Settings.Proxies = "others"
		if _, _, answered, err := client.Ask(t.Context(), q); answered || err != nil {
			t.Errorf("answered %v: %v; want no answer and no error", answered, err)
		}
	})
}

// A client reports a missing or silent agent, and does not ask a silent agent twice.
func TestMissingAndSilentAgents(t *testing.T) {
	t.Run("no agent", func(t *testing.T) {
		client := agent.Client{Address: filepath.Join(t.TempDir(), "none.sock")}
		if _, err := client.Status(t.Context()); !errors.Is(err, agent.ErrNone) {
			t.Errorf("error %v, want ErrNone", err)
		}
	})
	t.Run("no agent, and no patience", func(t *testing.T) {
		client := agent.Client{Address: filepath.Join(t.TempDir(), "none.sock"), Patience: time.Nanosecond}
		if _, err := client.Status(t.Context()); !errors.Is(err, agent.ErrNone) {
			t.Errorf("error %v, want ErrNone", err)
		}
	})
	t.Run("a dead agent", func(t *testing.T) {
		address := filepath.Join(t.TempDir(), "a.sock")
		l, err := net.Listen("unix", address)
		if err != nil {
			t.Fatal(err)
		}
		l.(*net.UnixListener).SetUnlinkOnClose(false)
		_ = l.Close()
		if _, err := (&agent.Client{Address: address}).Status(t.Context()); !errors.Is(err, agent.ErrNone) {
			t.Errorf("error %v, want ErrNone", err)
		}
		if _, err := agent.PID(t.Context(), address); !errors.Is(err, agent.ErrNone) {
			t.Errorf("PID: %v, want ErrNone", err)
		}
		// The next agent can use the same socket.
		l, lock, err := agent.Listen(address)
		if err != nil {
			t.Fatal(err)
		}
		_ = l.Close()
		lock.Release()
	})
	t.Run("a silent agent", func(t *testing.T) {
		address := filepath.Join(t.TempDir(), "a.sock")
		l, lock, err := agent.Listen(address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = l.Close(); lock.Release() })
		client := &agent.Client{Address: address}
		for range 2 {
			if _, err := client.Status(t.Context()); !errors.Is(err, agent.ErrSilent) {
				t.Errorf("error %v, want ErrSilent", err)
			}
		}
		if pid, err := agent.PID(t.Context(), address); err != nil || pid != os.Getpid() {
			t.Errorf("PID = %d, %v; want the pid of this process", pid, err)
		}
	})
}

// A client that gave up early may ask again if it can wait longer.
func TestSlowAgent(t *testing.T) {
	w := newFixture(t, emulator.Config{})
	address := filepath.Join(t.TempDir(), "a.sock")
	l, lock, err := agent.Listen(address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(lock.Release)
	client := &agent.Client{Address: address}
	if _, err := client.Status(t.Context()); !errors.Is(err, agent.ErrSilent) {
		t.Fatalf("before the agent answers: %v, want ErrSilent", err)
	}
	w.serve(l)
	client.Patience = agent.LongPatience
	if _, err := client.Status(t.Context()); err != nil {
		t.Errorf("with more patience: %v, want an answer", err)
	}
}

func TestSocketIsPrivate(t *testing.T) {
	address := filepath.Join(t.TempDir(), "run", "a.sock")
	l, lock, err := agent.Listen(address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close(); lock.Release() })
	for path, want := range map[string]os.FileMode{address: 0o600, filepath.Dir(address): 0o700} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: mode %v, %v; want mode %v", path, info.Mode(), err, want)
		}
	}
	if _, _, err := agent.Listen(address); !errors.Is(err, agent.ErrRunning) {
		t.Errorf("a second agent: %v, want ErrRunning", err)
	}
	precious := filepath.Join(filepath.Dir(address), "config")
	if err := os.WriteFile(precious, []byte("[default]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := agent.Listen(precious); err == nil {
		t.Error("Listen accepted a file as a socket")
	}
	if _, err := os.Stat(precious); err != nil {
		t.Errorf("the file is gone: %v", err)
	}
	notes := filepath.Join(filepath.Dir(address), "notes")
	if err := os.WriteFile(notes+".lock", []byte("another program's"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := agent.Listen(notes); err == nil {
		t.Error("Listen accepted another file as its lock")
	}
	lost := agent.Watch(address)
	if err := lost(); err != nil {
		t.Errorf("the socket exists: %v", err)
	}
	other := filepath.Join(filepath.Dir(address), "other.sock")
	theirs, err := net.Listen("unix", other)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = theirs.Close() })
	if _, _, err := agent.Listen(other); err == nil {
		t.Error("Listen replaced another program's socket")
	}
	if _, err := agent.PID(t.Context(), other); !errors.Is(err, agent.ErrNone) {
		t.Errorf("Listen reports another program as an agent: %v, want ErrNone", err)
	}
	if err := errors.Join(os.Remove(address), os.WriteFile(address, nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	if err := lost(); err == nil {
		t.Error("lost does not report a replaced socket")
	}
	open := filepath.Join(t.TempDir(), "open")
	if err := errors.Join(os.Mkdir(open, 0o700), os.Chmod(open, 0o777)); err != nil {
		t.Fatal(err)
	}
	if _, _, err := agent.Listen(filepath.Join(open, "a.sock")); err == nil {
		t.Error("Listen accepted a folder that all users can write to")
	}
}

// Other processes use the agent's memory like any other store. Its values are lost when the
// agent ends.
func TestMemoryAsAStore(t *testing.T) {
	w := newFixture(t, emulator.Config{})
	w.server.Memory = new(agent.Memory)
	r, client := w.socket()
	files := w.Files
	files.Backends = &keystore.Backends{Open: func(string) (keystore.Backend, error) { return agent.Backend{Client: client}, nil }}
	if err := files.Try(keystore.Agent); err != nil {
		t.Fatal(err)
	}
	w.Login()
	before := w.Stored("corp")
	if n, err := files.Move("corp", keystore.Agent, []string{files.TokenPath("corp")}); n != 1 || err != nil {
		t.Fatalf("%d moved: %v; want 1", n, err)
	}
	if _, err := os.Stat(files.TokenPath("corp")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the token file still exists: %v, want ErrNotExist", err)
	}
	if tok, err := files.LoadToken("corp"); err != nil || !tok.RefreshToken.Equal(before.RefreshToken) {
		t.Errorf("loaded token: error %v, want the refresh token of before", err)
	}
	if _, err := client.Stop(t.Context()); err != nil {
		t.Error(err)
	}
	<-r.ended
	files.Backends = &keystore.Backends{Open: files.Backends.Open} // like another process, with an empty cache
	if _, err := files.LoadToken("corp"); !errors.Is(err, ssocache.ErrNotFound) {
		t.Errorf("after the end of the agent: %v, want ErrNotFound", err)
	}
	if err := files.SaveToken("corp", before); !keystore.Unavailable(err) {
		t.Errorf("SaveToken without an agent: %v, want an error", err)
	}
}
