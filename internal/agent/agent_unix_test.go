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

// socket runs the world's agent at a real socket.
func (w *world) socket() (running, *agent.Client) {
	w.T.Helper()
	address := filepath.Join(w.T.TempDir(), "a.sock")
	l, lock, err := agent.Listen(address)
	if err != nil {
		w.T.Fatal(err)
	}
	w.T.Cleanup(lock.Release)
	// The tests share a machine that may be busy: being heard is not what they test.
	return w.serve(l), &agent.Client{Address: address, Patience: agent.LongPatience}
}

func (w *world) question() agent.Question {
	return agent.Question{Request: w.Request()}
}

// expire makes the stored token one that has ended.
func (w *world) expire() {
	w.T.Helper()
	tok := w.Stored("corp")
	tok.ExpiresAt = time.Now().Add(-time.Minute)
	if err := w.Files.SaveToken("corp", tok); err != nil {
		w.T.Fatal(err)
	}
}

// Two hundred questions at once are one renewal and one call for the role.
func TestAStormOfQuestions(t *testing.T) {
	w := newWorld(t, emulator.Config{})
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
				t.Errorf("answered %v, warnings %q: %v", answered, warnings, err)
			}
			keys[i] = a.Credentials.AccessKeyID
		})
	}
	all.Wait()
	for i, key := range keys {
		if key == "" || key != keys[0] {
			t.Errorf("question %d has another answer: %q", i, key)
		}
	}
	w.Count(refresh, 1)
	w.Count("GetRoleCredentials", 1)
}

// A token that is handed out cannot renew the session.
func TestATokenIsHandedOutWithoutItsSuccessor(t *testing.T) {
	w := newWorld(t, emulator.Config{})
	w.Login()
	_, client := w.socket()
	q := w.question()
	q.Request.Purpose = broker.AccessToken
	a, _, answered, err := client.Ask(t.Context(), q)
	if err != nil || !answered || !a.Token.AccessToken.Equal(w.Stored("corp").AccessToken) {
		t.Fatalf("answered %v: %v", answered, err)
	}
	if !a.Token.RefreshToken.IsZero() || !a.Token.ClientSecret.IsZero() {
		t.Error("the refresh token was handed out")
	}
}

// Errors mean on this side what they mean on the other.
func TestFailures(t *testing.T) {
	t.Run("nobody is signed in", func(t *testing.T) {
		w := newWorld(t, emulator.Config{})
		_, client := w.socket()
		_, _, answered, err := client.Ask(t.Context(), w.question())
		var ended *broker.SessionError
		if !answered || !errors.As(err, &ended) || ended.Session.Name != "corp" {
			t.Errorf("answered %v: %v", answered, err)
		}
	})
	t.Run("the service says no", func(t *testing.T) {
		w := newWorld(t, emulator.Config{})
		w.Login()
		_, client := w.socket()
		q := w.question()
		q.Request.RoleName = "NoSuchRole"
		_, _, answered, err := client.Ask(t.Context(), q)
		var shared *broker.SharedError
		if !answered || !errors.As(err, &shared) || !shared.Refused {
			t.Errorf("answered %v: %v", answered, err)
		}
	})
	t.Run("nothing can be stored", func(t *testing.T) {
		w := newWorld(t, emulator.Config{})
		w.Login()
		w.expire()
		_, client := w.socket()
		w.Unwritable()
		if _, _, answered, err := client.Ask(t.Context(), w.question()); answered {
			t.Errorf("the client was not left to try itself: %v", err)
		}
	})
	t.Run("other proxies", func(t *testing.T) {
		w := newWorld(t, emulator.Config{})
		w.Login()
		_, client := w.socket()
		q := w.question()
		q.Settings.Proxies = "others"
		if _, _, answered, err := client.Ask(t.Context(), q); answered || err != nil {
			t.Errorf("answered %v: %v", answered, err)
		}
	})
}

// What does not answer is left alone, and not asked twice.
func TestHungAndDead(t *testing.T) {
	t.Run("there is none", func(t *testing.T) {
		client := agent.Client{Address: filepath.Join(t.TempDir(), "none.sock")}
		if _, err := client.Status(t.Context()); !errors.Is(err, agent.ErrNone) {
			t.Errorf("error %v, want ErrNone", err)
		}
	})
	t.Run("there is none, and no time to look", func(t *testing.T) {
		client := agent.Client{Address: filepath.Join(t.TempDir(), "none.sock"), Patience: time.Nanosecond}
		if _, err := client.Status(t.Context()); !errors.Is(err, agent.ErrNone) {
			t.Errorf("error %v, want ErrNone", err)
		}
	})
	t.Run("it has died", func(t *testing.T) {
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
		if _, err := agent.Holder(t.Context(), address); !errors.Is(err, agent.ErrNone) {
			t.Errorf("the holder: %v, want ErrNone", err)
		}
		// The next one takes its place.
		l, lock, err := agent.Listen(address)
		if err != nil {
			t.Fatal(err)
		}
		_ = l.Close()
		lock.Release()
	})
	t.Run("it says nothing", func(t *testing.T) {
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
		if pid, err := agent.Holder(t.Context(), address); err != nil || pid != os.Getpid() {
			t.Errorf("the holder is process %d, %v", pid, err)
		}
	})
}

func TestTheSocketIsOnesOwn(t *testing.T) {
	address := filepath.Join(t.TempDir(), "run", "a.sock")
	l, lock, err := agent.Listen(address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close(); lock.Release() })
	for path, want := range map[string]os.FileMode{address: 0o600, filepath.Dir(address): 0o700} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: mode %v, %v", path, info.Mode(), err)
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
		t.Error("a file was taken for a socket")
	}
	if _, err := os.Stat(precious); err != nil {
		t.Errorf("the file is gone: %v", err)
	}
	notes := filepath.Join(filepath.Dir(address), "notes")
	if err := os.WriteFile(notes+".lock", []byte("of somebody else"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := agent.Listen(notes); err == nil {
		t.Error("a file was taken for a lock")
	}
	lost := agent.Watch(address)
	if err := lost(); err != nil {
		t.Errorf("the socket is there: %v", err)
	}
	other := filepath.Join(filepath.Dir(address), "other.sock")
	theirs, err := net.Listen("unix", other)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = theirs.Close() })
	if _, _, err := agent.Listen(other); err == nil {
		t.Error("another program's socket was taken")
	}
	if _, err := agent.Holder(t.Context(), other); !errors.Is(err, agent.ErrNone) {
		t.Errorf("another program was taken for an agent: %v", err)
	}
	if err := errors.Join(os.Remove(address), os.WriteFile(address, nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	if err := lost(); err == nil {
		t.Error("another file was taken for the socket")
	}
	open := filepath.Join(t.TempDir(), "open")
	if err := errors.Join(os.Mkdir(open, 0o700), os.Chmod(open, 0o777)); err != nil {
		t.Fatal(err)
	}
	if _, _, err := agent.Listen(filepath.Join(open, "a.sock")); err == nil {
		t.Error("a socket in a folder that everybody can write to")
	}
}

// What is in the agent's memory is used from other processes as any store is, and
// is gone with it.
func TestTheMemoryAsAStore(t *testing.T) {
	w := newWorld(t, emulator.Config{})
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
		t.Fatalf("%d moved: %v", n, err)
	}
	if _, err := os.Stat(files.TokenPath("corp")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the token is still on the disk: %v", err)
	}
	if tok, err := files.LoadToken("corp"); err != nil || !tok.RefreshToken.Equal(before.RefreshToken) {
		t.Errorf("not the same token: %v", err)
	}
	if _, err := client.Stop(t.Context()); err != nil {
		t.Error(err)
	}
	<-r.ended
	files.Backends = &keystore.Backends{Open: files.Backends.Open} // another process, which has seen nothing
	if _, err := files.LoadToken("corp"); !errors.Is(err, ssocache.ErrNotFound) {
		t.Errorf("after the agent's end: %v, want ErrNotFound", err)
	}
	if err := files.SaveToken("corp", before); !keystore.Unavailable(err) {
		t.Errorf("a token was stored somewhere: %v", err)
	}
}
