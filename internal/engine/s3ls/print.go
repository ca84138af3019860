package s3ls

import (
	"io"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/lanyard-cli/lanyard/internal/terminal"
)

// A printer formats the lines of a listing. flush writes them.
type printer struct {
	w        io.Writer
	zone     *time.Location
	terminal bool
	human    bool

	lines []byte
}

// bucket prints "2024-03-01 12:34:56 my-bucket".
func (p *printer) bucket(created time.Time, name string) {
	p.time(created)
	p.name(name)
}

// prefix prints "                           PRE dir/".
func (p *printer) prefix(name string) {
	p.right("PRE", 30)
	p.name(name + "/")
}

// object prints "2024-05-06 07:08:09       2048 a.txt".
func (p *printer) object(modified time.Time, size int64, name string) {
	p.time(modified)
	p.lines = append(p.lines, ' ')
	p.right(p.sizeText(size), 10)
	p.name(name)
}

// summary prints the number of objects and their total size.
func (p *printer) summary(count, size int64) {
	p.lines = append(p.lines, "\nTotal Objects: "+strconv.FormatInt(count, 10)+"\n   Total Size: "+p.sizeText(size)+"\n"...)
}

func (p *printer) sizeText(size int64) string {
	if p.human {
		return humanSize(size)
	}
	return strconv.FormatInt(size, 10)
}

func (p *printer) time(t time.Time) {
	p.lines = t.In(p.zone).AppendFormat(p.lines, time.DateTime)
}

// right prints text aligned to the right, in a field of columns characters.
func (p *printer) right(text string, columns int) {
	for range columns - len(text) {
		p.lines = append(p.lines, ' ')
	}
	p.lines = append(p.lines, text...)
}

// name prints the name at the end of a line.
func (p *printer) name(name string) {
	if p.terminal {
		name = harmless(name)
	}
	p.lines = append(p.lines, ' ')
	p.lines = append(p.lines, name...)
	p.lines = append(p.lines, '\n')
}

// harmless replaces control characters. Unlike [terminal.Harmless], it also replaces line breaks
// and tabs, because each name must stay on one line.
func harmless(name string) string {
	return strings.Map(func(r rune) rune {
		if terminal.Active(r) {
			return unicode.ReplacementChar
		}
		return r
	}, name)
}

// flush writes the lines.
func (p *printer) flush() error {
	if len(p.lines) == 0 {
		return nil
	}
	_, err := p.w.Write(p.lines)
	p.lines = p.lines[:0]
	return err
}
