package fanout

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"unicode/utf8"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/style"
)

// Streams are the streams of the command. Both writers must make text safe if they write to a
// terminal.
type Streams struct {
	Out, Err           io.Writer
	RawOut, RawErr     io.Writer // for coloured text
	OutStyle, ErrStyle style.Palette
}

// Groups prints the output of each run below a line with its target.
type Groups struct {
	Streams
	OnlyErr bool // print only stderr, to stderr, for runs that have written to it

	printed bool
}

// Print prints a run. Nothing is printed for runs that were not started.
func (g *Groups) Print(r Result, out *Output) error {
	if out == nil {
		return nil
	}
	head := g.OutStyle.Heading("==> " + r.String())
	if r.Status != Succeeded {
		head += g.OutStyle.Bad(": " + r.Brief())
	}
	if g.printed {
		head = "\n" + head
	}
	to, raw := g.Out, g.RawOut
	if g.OnlyErr {
		to, raw = g.Err, g.RawErr
	}
	begun := false
	begin := func() error {
		if begun {
			return nil
		}
		begun, g.printed = true, true
		_, err := io.WriteString(raw, head+"\n")
		return err
	}
	if !g.OnlyErr {
		if err := begin(); err != nil {
			return err
		}
	}
	last := byte('\n')
	err := out.Each(func(stream byte, p []byte) error {
		if stream == Stdout && g.OnlyErr {
			return nil
		}
		err := begin()
		last = p[len(p)-1]
		if err == nil && stream == Stderr {
			_, err = g.Err.Write(p)
		} else if err == nil {
			_, err = g.Out.Write(p)
		}
		return err
	})
	if err == nil && last != '\n' {
		_, err = io.WriteString(to, "\n")
	}
	return err
}

// maxLine is the longest line of a stream in bytes. Longer lines are broken.
const maxLine = 64 << 10

// Lines prints each line of the runs as soon as it is complete, with a label before it.
type Lines struct {
	Streams
	Labels []string
	Aside  func(print func() error) error // removes the bar while it prints

	mu      sync.Mutex
	partial map[lineKey][]byte
}

type lineKey struct {
	index  int
	stream byte
}

// Start passes the output of a run to the streams.
func (l *Lines) Start(index int, out *Output) {
	out.Watch(func(stream byte, p []byte) error {
		return l.Aside(func() error { return l.add(lineKey{index, stream}, p) })
	})
}

func (l *Lines) add(key lineKey, p []byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.partial == nil {
		l.partial = map[lineKey][]byte{}
	}
	text := append(l.partial[key], p...)
	for {
		i := bytes.IndexByte(text, '\n')
		if i < 0 && len(text) < maxLine {
			break
		}
		rest := text[min(i+1, len(text)):]
		if i < 0 || i > maxLine {
			i, rest = maxLine, text[maxLine:]
		}
		if err := l.line(key, text[:i]); err != nil {
			return err
		}
		text = rest
	}
	l.partial[key] = append([]byte(nil), text...)
	return nil
}

// Print prints the rest of the last line of a run, and why the run did not succeed.
func (l *Lines) Print(r Result, out *Output) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, stream := range []byte{Stdout, Stderr} {
		key := lineKey{r.Index, stream}
		if rest := l.partial[key]; len(rest) > 0 {
			if err := l.line(key, rest); err != nil {
				return err
			}
		}
		delete(l.partial, key)
	}
	if out == nil || r.Status == Succeeded {
		return nil
	}
	_, err := io.WriteString(l.RawErr, l.ErrStyle.Nth(r.Index, l.Labels[r.Index]+" |")+" "+l.ErrStyle.Bad(r.Brief())+"\n")
	return err
}

// line prints one line in one write, so that lines of stdout and stderr do not mix on a terminal.
func (l *Lines) line(key lineKey, text []byte) error {
	to, raw, palette := l.Out, l.RawOut, l.OutStyle
	if key.stream == Stderr {
		to, raw, palette = l.Err, l.RawErr, l.ErrStyle
	}
	if _, err := io.WriteString(raw, palette.Nth(key.index, l.Labels[key.index]+" |")+" "); err != nil {
		return err
	}
	_, err := to.Write(append(bytes.TrimSuffix(text, []byte("\r")), '\n'))
	return err
}

// JSONLine prints a run as one line of JSON. A stream that is not UTF-8 text is in the member
// stdoutBase64 or stderrBase64 instead. The output is not read into memory.
func JSONLine(w io.Writer, r Result, out *Output) error {
	head := struct {
		Account string  `json:"account"`
		Name    string  `json:"name"`
		Role    string  `json:"role"`
		Region  string  `json:"region"`
		Profile string  `json:"profile,omitempty"`
		Status  Status  `json:"status"`
		Code    *int    `json:"exitCode"`
		Seconds float64 `json:"seconds"`
		Reason  string  `json:"reason,omitempty"`
	}{r.Account, r.AccountName, r.Role, r.Region, r.Profile, r.Status, nil, float64(r.Elapsed.Milliseconds()) / 1000, r.Reason}
	if r.Status != Stopped && r.Status != NotRun {
		head.Code = &r.Code
	}
	b, err := json.Marshal(head)
	if err != nil {
		return err
	}
	if _, err := w.Write(b[:len(b)-1]); err != nil {
		return err
	}
	for _, s := range []struct {
		stream byte
		name   string
	}{{Stdout, "stdout"}, {Stderr, "stderr"}} {
		if err := member(w, s.name, s.stream, out); err != nil {
			return err
		}
	}
	_, err = io.WriteString(w, "}\n")
	return err
}

// member prints a stream as a member of an object.
func member(w io.Writer, name string, stream byte, out *Output) error {
	if out == nil {
		_, err := fmt.Fprintf(w, `,%q:""`, name)
		return err
	}
	each := func(f func(p []byte) error) error {
		return out.Each(func(s byte, p []byte) error {
			if s != stream {
				return nil
			}
			return f(p)
		})
	}
	var check textEncoder // without a writer
	if err := each(check.add); err != nil {
		return err
	}
	if check.binary || len(check.rest) > 0 {
		if _, err := fmt.Fprintf(w, `,"%sBase64":"`, name); err != nil {
			return err
		}
		encoder := base64.NewEncoder(base64.StdEncoding, w)
		if err := errors.Join(each(func(p []byte) error { _, err := encoder.Write(p); return err }), encoder.Close()); err != nil {
			return err
		}
	} else {
		if _, err := fmt.Fprintf(w, `,%q:"`, name); err != nil {
			return err
		}
		encoder := textEncoder{w: w}
		if err := each(encoder.add); err != nil {
			return err
		}
	}
	_, err := io.WriteString(w, `"`)
	return err
}

// A textEncoder writes text as the inside of a JSON string. Without w it only finds out whether the
// text is valid UTF-8.
type textEncoder struct {
	w      io.Writer
	rest   []byte // the beginning of a character whose end is in the next part
	binary bool
}

func (e *textEncoder) add(p []byte) error {
	text := append(e.rest, p...)
	n := len(text)
	for i := 1; i < utf8.UTFMax && i <= n; i++ { // keep an incomplete character for the next part
		if utf8.RuneStart(text[n-i]) {
			if !utf8.FullRune(text[n-i:]) {
				n -= i
			}
			break
		}
	}
	whole := text[:n]
	e.binary = e.binary || !utf8.Valid(whole)
	if e.w != nil && len(whole) > 0 {
		b := new(bytes.Buffer)
		encoder := json.NewEncoder(b)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(string(whole)); err != nil {
			return err
		}
		if _, err := e.w.Write(b.Bytes()[1 : b.Len()-2]); err != nil { // without quotes and line break
			return err
		}
	}
	e.rest = append([]byte(nil), text[n:]...)
	return nil
}

// A Merge collects the JSON outputs of all runs in one array. It is safe for concurrent use.
type Merge struct {
	// List is the member of each output that has the list of its results; "" if the whole output is
	// the result.
	List string

	mu    sync.Mutex
	parts map[int][]any // by the index of the target
}

// Add adds the output of a run. The elements of an array become elements of the whole array, and any
// other value becomes one element. Each element gets the members account and region, which replace
// members of the same name. A value that is no object becomes the member value.
func (m *Merge) Add(r Result, out *Output) error {
	text, err := out.Bytes(Stdout)
	if err != nil {
		return err
	}
	if text = bytes.TrimSpace(text); len(text) == 0 {
		return nil
	}
	v, err := document.ParseJSON(text)
	if err != nil {
		return fmt.Errorf("the output is not JSON: %w", err)
	}
	if o, ok := v.(*document.Object); ok && m.List != "" {
		v, _ = o.Get(m.List)
	}
	list, ok := v.([]any)
	if !ok && v != nil {
		list = []any{v}
	}
	part := make([]any, 0, len(list))
	for _, v := range list {
		made := new(document.Object)
		made.Set("account", r.Account)
		made.Set("region", r.Region)
		if o, ok := v.(*document.Object); ok {
			for name, member := range o.All() {
				if name != "account" && name != "region" {
					made.Set(name, member)
				}
			}
		} else {
			made.Set("value", v)
		}
		part = append(part, made)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.parts == nil {
		m.parts = map[int][]any{}
	}
	m.parts[r.Index] = part
	return nil
}

// All returns the array of n targets, in their order.
func (m *Merge) All(n int) []any {
	all := []any{}
	for i := range n {
		all = append(all, m.parts[i]...)
	}
	return all
}
