package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"sync"
	"time"

	"github.com/creack/pty"
)

const browseRole = "browse"

// browse plays the user's browser. It opens a page and follows its redirects.
func browse(page string) error {
	resp, err := http.Get(page)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", page, resp.Status)
	}
	return nil
}

// An exchange is a text that a program prints, and the line that the user then types.
type exchange struct{ shown, typed string }

// timeout is how long to wait for a text.
const timeout = 20 * time.Second

// converse runs a command in a terminal and answers its questions in order.
func converse(cmd *exec.Cmd, exchanges []exchange) error {
	tty, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: 100, Rows: 30})
	if err != nil {
		return err
	}
	s := &screen{changed: make(chan struct{}, 1)}
	read := make(chan struct{})
	go func() {
		defer close(read)
		_, _ = io.Copy(s, tty) // Copy fails when the program has ended
	}()
	for _, e := range exchanges {
		if err = s.await(e.shown); err != nil {
			_ = cmd.Process.Kill()
			break
		}
		if _, err = io.WriteString(tty, e.typed+"\r"); err != nil {
			break
		}
	}
	err = errors.Join(err, cmd.Wait())
	_ = tty.Close()
	<-read
	if err != nil {
		return fmt.Errorf("%w\n%s", err, s.text)
	}
	return nil
}

// A screen holds the output of a program to its terminal.
type screen struct {
	mu      sync.Mutex
	text    []byte
	read    int // the number of bytes that await has passed
	changed chan struct{}
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	s.text = append(s.text, p...)
	s.mu.Unlock()
	select {
	case s.changed <- struct{}{}:
	default:
	}
	return len(p), nil
}

// await waits for a text after the text that it found before.
func (s *screen) await(text string) error {
	for late := time.After(timeout); ; {
		s.mu.Lock()
		i := bytes.Index(s.text[s.read:], []byte(text))
		if i >= 0 {
			s.read += i + len(text)
		}
		s.mu.Unlock()
		if i >= 0 {
			return nil
		}
		select {
		case <-s.changed:
		case <-late:
			return fmt.Errorf("waited %v for %q", timeout, text)
		}
	}
}
