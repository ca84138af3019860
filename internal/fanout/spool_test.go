package fanout

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
)

// replay returns what an output replays, with a letter before each change of the stream.
func replay(t *testing.T, o *Output) string {
	t.Helper()
	var b strings.Builder
	last := byte(0)
	err := o.Each(func(stream byte, p []byte) error {
		if stream != last {
			b.WriteString(map[byte]string{Stdout: "o:", Stderr: "e:"}[stream])
		}
		last = stream
		b.Write(p)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// A full disk can cut off an output anywhere, also behind the head of a frame.
func TestACutOffOutputIsPrinted(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	o := new(Spool).new()
	line := strings.Repeat("x", maxFrame-1) + "\n"
	for range 40 {
		if _, err := io.WriteString(o.Writer(Stdout), line); err != nil {
			t.Fatal(err)
		}
	}
	o.close()
	for _, left := range []int64{4, 3, 2, 1, 0} { // of the last frame, whose head has 4 bytes
		if err := os.Truncate(o.path, 39*(maxFrame+4)+left); err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		g := Groups{Streams: Streams{Out: &b, RawOut: &b, Err: &b, RawErr: &b}}
		if err := g.Print(result(Succeeded, 0), o); err != nil {
			t.Errorf("%d bytes: %v", left, err)
		}
		if _, got, _ := strings.Cut(b.String(), "\n"); got != strings.Repeat(line, 39) {
			t.Errorf("%d bytes: printed %d bytes, want 39 lines", left, len(got))
		}
	}
}

func TestOutputKeepsTheOrderOfItsStreams(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	for _, size := range []int{1, 100, maxFrame, maxFrame + 1, inMemory - 20, inMemory, 3 * inMemory} {
		s := new(Spool)
		o := s.new()
		big := strings.Repeat("x", size)
		for _, w := range []struct {
			stream byte
			text   string
		}{{Stdout, "a\n"}, {Stderr, "b"}, {Stdout, big}, {Stderr, "end"}} {
			if n, err := io.WriteString(o.Writer(w.stream), w.text); n != len(w.text) || err != nil {
				t.Fatalf("size %d: wrote %d bytes, error %v", size, n, err)
			}
		}
		o.close()
		if got, want := replay(t, o), "o:a\ne:bo:"+big+"e:end"; got != want {
			t.Errorf("size %d: replayed %d bytes, want %d", size, len(got), len(want))
		}
		if inFile := o.path != ""; inFile != (size >= inMemory-20) {
			t.Errorf("size %d: in a file is %v", size, inFile)
		}
		if s.used > inMemory {
			t.Errorf("size %d: %d bytes in memory", size, s.used)
		}
		if got, err := o.Bytes(Stdout); err != nil || string(got) != "a\n"+big {
			t.Errorf("size %d: %d bytes of stdout, error %v", size, len(got), err)
		}
		o.discard()
		if s.used != 0 {
			t.Errorf("size %d: %d bytes stay in memory", size, s.used)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	if left, err := os.ReadDir(os.Getenv("TMPDIR")); len(left) > 0 || err != nil {
		t.Errorf("files are left: %v, error %v", left, err)
	}
}

// All outputs together use a limited amount of memory.
func TestSpoolLimitsItsMemory(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	s := new(Spool)
	defer func() { _ = s.Close() }()
	part := bytes.Repeat([]byte("y"), 900<<10)
	var outputs []*Output
	for range 2 * allInMemory / len(part) {
		o := s.new()
		if _, err := o.Writer(Stdout).Write(part); err != nil {
			t.Fatal(err)
		}
		o.close()
		outputs = append(outputs, o)
	}
	held := 0
	for _, o := range outputs {
		held += len(o.memory)
		if got, err := o.Bytes(Stdout); err != nil || !bytes.Equal(got, part) {
			t.Fatalf("%d bytes, error %v", len(got), err)
		}
	}
	if held > allInMemory || held != s.used {
		t.Errorf("%d bytes in memory, counted %d, limit %d", held, s.used, allInMemory)
	}
}

func TestOutputOfSeveralGoroutines(t *testing.T) {
	s := new(Spool)
	o := s.new()
	var wg sync.WaitGroup
	for _, stream := range []byte{Stdout, Stderr} {
		wg.Go(func() {
			for i := range 1000 {
				fmt.Fprintf(o.Writer(stream), "%d %d\n", stream, i)
			}
		})
	}
	wg.Wait()
	o.close()
	if _, err := o.Writer(Stdout).Write([]byte("late")); err == nil {
		t.Error("a write after the end succeeded")
	}
	for _, stream := range []byte{Stdout, Stderr} {
		got, err := o.Bytes(stream)
		if err != nil {
			t.Fatal(err)
		}
		if lines := bytes.Count(got, []byte("\n")); lines != 1000 || bytes.Contains(got, []byte(fmt.Sprintf("%d 0\n", Stdout+Stderr-stream))) {
			t.Errorf("stream %d has %d lines", stream, lines)
		}
	}
}

// A folder that cannot be written to makes the run fail, and not the program.
func TestOutputWithoutFolder(t *testing.T) {
	t.Setenv("TMPDIR", "/nonexistent/folder")
	s := new(Spool)
	o := s.new()
	if _, err := o.Writer(Stdout).Write(make([]byte, 2*inMemory)); err == nil {
		t.Skip("this system has another variable for the folder of temporary files")
	}
	if o.failure() == nil {
		t.Error("the output has no failure")
	}
}
