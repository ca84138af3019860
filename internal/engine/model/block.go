package model

import (
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
)

// A blocks holds the blocks of a table. It is safe for concurrent use.
type blocks struct {
	file  io.ReaderAt
	spans []span

	mu     sync.Mutex
	loaded []bool
	text   map[string]string // the entries of the loaded blocks, by their key
	reader io.ReadCloser     // reused for all blocks
	buffer []byte            // reused for all blocks
}

// A span is the place of a block in the file.
type span struct{ start, end int64 }

// key returns the key of an entry. Shapes have the key of their name alone. An operation, an
// enum and the rules can have the same name as a shape.
func key(kind, name string) string {
	if kind == "operation" || kind == "enum" || kind == "rules" {
		return kind + " " + name
	}
	return name
}

// with calls f with the entries of some blocks.
func (b *blocks) with(list []int, f func(text map[string]string)) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, n := range list {
		if n >= len(b.spans) {
			return fmt.Errorf("no block %d", n)
		}
		if b.loaded[n] {
			continue
		}
		text, err := b.inflate(b.spans[n])
		if err != nil {
			return err
		}
		b.index(text)
		b.loaded[n] = true
	}
	f(b.text)
	return nil
}

// index adds the entries of a text.
func (b *blocks) index(text string) {
	if b.text == nil {
		b.text = make(map[string]string)
	}
	for text != "" {
		var lines string
		lines, text = cutEntry(text)
		kind, rest, _ := strings.Cut(lines, "\t")
		name := rest[:strings.IndexAny(rest, "\t\n")]
		b.text[key(kind, name)] = lines
	}
}

// inflate reads a block.
func (b *blocks) inflate(s span) (string, error) {
	from := io.NewSectionReader(b.file, s.start, s.end-s.start)
	if b.reader == nil {
		b.reader = flate.NewReader(from)
	} else if err := b.reader.(flate.Resetter).Reset(from, nil); err != nil { // package flate documents the type
		return "", err
	}
	var text strings.Builder
	text.Grow(usualBlock)
	if b.buffer == nil {
		b.buffer = make([]byte, 4<<10)
	}
	for {
		n, err := b.reader.Read(b.buffer)
		text.Write(b.buffer[:n])
		if errors.Is(err, io.EOF) {
			return text.String(), nil
		}
		if err != nil {
			return "", err
		}
	}
}

// usualBlock is the largest size of most blocks.
const usualBlock = 8 << 10

// An enums finds the allowed values of the strings of one operation.
type enums struct {
	blocks *blocks
	list   string // the numbers of the blocks with the values
}

// values returns the allowed values with a name.
func (e enums) values(name string) []string {
	var line string
	if err := e.blocks.with(numbers(e.list), func(text map[string]string) { line = text[key("enum", name)] }); err != nil {
		return nil // impossible: a test reads all blocks
	}
	f := fields(strings.TrimSuffix(line, "\n"))
	if len(f) < 3 {
		return nil
	}
	return strings.Split(f[2], "|")
}
