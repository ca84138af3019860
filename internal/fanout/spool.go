package fanout

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"sync"

	"github.com/lanyard-cli/lanyard/internal/datafile"
)

// The streams of an output.
const (
	Stdout = 1
	Stderr = 2
)

const (
	inMemory    = 1 << 20  // bytes of one output that are kept in memory; the rest of the output goes to a file
	allInMemory = 16 << 20 // bytes of all outputs that are kept in memory
	maxFrame    = 64 << 10
)

// A Spool holds the outputs of runs until they are printed. A large output is in a file, and so are
// the outputs that do not fit in memory together. The zero Spool is ready to use. Close it.
type Spool struct {
	mu    sync.Mutex
	used  int // bytes in memory
	dir   string
	files int
}

// Close removes the files.
func (s *Spool) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.dir == "" {
		return nil
	}
	err := os.RemoveAll(s.dir)
	s.dir = ""
	return err
}

// new returns an empty output.
func (s *Spool) new() *Output { return &Output{s: s} }

// reserve counts n more bytes in memory. It reports whether there is room for them.
func (s *Spool) reserve(n int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.used+n > allInMemory {
		return false
	}
	s.used += n
	return true
}

func (s *Spool) release(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.used -= n
}

// file creates a file.
func (s *Spool) file() (*os.File, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.dir == "" {
		dir, err := os.MkdirTemp("", "lanyard-run-")
		if err != nil {
			return nil, err
		}
		s.dir = dir
	}
	s.files++
	return os.OpenFile(filepath.Join(s.dir, strconv.Itoa(s.files)), os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
}

// An Output holds what a run has written to its two streams. It keeps the order of the writes. It is
// a list of frames: one byte for the stream, the length, and the bytes of a write.
type Output struct {
	s *Spool

	mu     sync.Mutex
	memory []byte
	path   string        // of the file; "" if the output is in memory
	file   *bufio.Writer // while the run writes
	f      *os.File
	live   func(stream byte, p []byte) error // see Watch
	err    error
	closed bool
}

// Watch makes the output pass each write to a function instead of keeping it.
func (o *Output) Watch(write func(stream byte, p []byte) error) { o.live = write }

// Writer returns the writer of a stream. It can be used after the end of the run, but then loses
// what it writes.
func (o *Output) Writer(stream byte) io.Writer { return streamWriter{o, stream} }

type streamWriter struct {
	o      *Output
	stream byte
}

func (w streamWriter) Write(p []byte) (int, error) {
	for n := 0; n < len(p); {
		part := p[n:min(len(p), n+maxFrame)]
		if err := w.o.write(w.stream, part); err != nil {
			return n, err
		}
		n += len(part)
	}
	return len(p), nil
}

func (o *Output) write(stream byte, p []byte) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case o.closed:
		return os.ErrClosed
	case o.err != nil:
		return o.err
	case o.live != nil:
		o.err = o.live(stream, p)
		return o.err
	}
	var head [1 + binary.MaxVarintLen64]byte
	head[0] = stream
	n := 1 + binary.PutUvarint(head[1:], uint64(len(p)))
	if o.path == "" {
		size := n + len(p)
		if len(o.memory)+size <= inMemory && o.s.reserve(size) {
			o.memory = append(append(o.memory, head[:n]...), p...)
			return nil
		}
		if o.err = o.spill(); o.err != nil {
			return o.err
		}
	}
	_, err := o.file.Write(head[:n])
	if err == nil {
		_, err = o.file.Write(p)
	}
	o.err = err
	return err
}

// spill moves the output to a file.
func (o *Output) spill() error {
	f, err := o.s.file()
	if err != nil {
		return err
	}
	o.f, o.path, o.file = f, f.Name(), bufio.NewWriterSize(f, 32<<10)
	_, err = o.file.Write(o.memory)
	o.s.release(len(o.memory))
	o.memory = nil
	return err
}

// close ends the output after the run. It closes the file, because thousands of open files are too
// many.
func (o *Output) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
	if o.f == nil {
		return
	}
	o.err = errors.Join(o.err, o.file.Flush(), o.f.Close())
	o.f, o.file = nil, nil
}

// failure returns why a part of the output is missing, or nil.
func (o *Output) failure() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.err == nil && o.file != nil {
		o.err = o.file.Flush()
	}
	return o.err
}

// discard frees the memory and removes the file.
func (o *Output) discard() {
	o.s.release(len(o.memory))
	o.memory = nil
	if o.path != "" {
		_ = os.Remove(o.path) // Close removes the folder
	}
}

// Each calls f for each write, in order. The bytes are valid until f returns.
func (o *Output) Each(f func(stream byte, p []byte) error) error {
	if o.path == "" {
		return frames(bufio.NewReader(bytes.NewReader(o.memory)), f)
	}
	file, err := datafile.Open(o.path, math.MaxInt)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	return frames(bufio.NewReaderSize(io.NewSectionReader(file, 0, int64(file.Size())), maxFrame), f)
}

// frames reads frames. A frame that was cut off by a full disk ends the output.
func frames(in *bufio.Reader, f func(stream byte, p []byte) error) error {
	buf := make([]byte, maxFrame)
	for {
		stream, err := in.ReadByte()
		if err != nil {
			return ended(err)
		}
		size, err := binary.ReadUvarint(in)
		if err != nil || size > maxFrame {
			return ended(err)
		}
		n, err := io.ReadFull(in, buf[:size])
		if n > 0 {
			if err := f(stream, buf[:n]); err != nil {
				return err
			}
		}
		if err != nil {
			return ended(err)
		}
	}
}

func ended(err error) error {
	if err == nil || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return err
}

// Bytes returns all bytes of a stream.
func (o *Output) Bytes(stream byte) (all []byte, err error) {
	err = o.Each(func(s byte, p []byte) error {
		if s == stream {
			all = append(all, p...)
		}
		return nil
	})
	return all, err
}
