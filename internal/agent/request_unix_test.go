//go:build unix

package agent_test

import (
	"bytes"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
)

// Clients that never finish their requests neither fill the agent's memory nor block the
// agent.
func TestUnfinishedRequests(t *testing.T) {
	w := newFixture(t, emulator.Config{})
	w.Login()
	_, client := w.socket()
	const clients, size = 300, 100_000
	half := bytes.Repeat([]byte("x"), size)
	before := heap()
	for range clients {
		conn, err := net.Dial("unix", client.Address)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close() }()
		_ = conn.SetWriteDeadline(time.Now().Add(2 * time.Second)) // the agent need not read all of it
		_, _ = conn.Write(half)
	}
	if grown := heap() - before; grown > clients*size/4 {
		t.Errorf("%d clients with %d bytes each make the agent grow by %d bytes", clients, size, grown)
	}
	if _, err := client.Status(t.Context()); err != nil {
		t.Errorf("another client: %v", err)
	}
}

// heap returns the allocated memory, including garbage.
func heap() int {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapInuse)
}

func TestRequestTooLong(t *testing.T) {
	w := newFixture(t, emulator.Config{})
	_, client := w.socket()
	conn, err := net.Dial("unix", client.Address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(time.Minute))
	_, _ = conn.Write([]byte(`{"verb":"status","name":"` + strings.Repeat("x", 300_000) + "\"}\n"))
	if n, err := conn.Read(make([]byte, 1)); n > 0 || err == nil {
		t.Error("the agent answered")
	}
}
