package fanout

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
)

// outputOf returns an output with writes. A text that begins with ! goes to stderr.
func outputOf(t *testing.T, writes ...string) *Output {
	t.Helper()
	o := new(Spool).new()
	for _, w := range writes {
		stream := byte(Stdout)
		if rest, ok := strings.CutPrefix(w, "!"); ok {
			stream, w = Stderr, rest
		}
		if _, err := o.Writer(stream).Write([]byte(w)); err != nil {
			t.Fatal(err)
		}
	}
	o.close()
	return o
}

func result(status Status, code int) Result {
	return Result{Target: Target{Account: "111122223333", AccountName: "prod", Role: "Read", Region: "eu-west-1"}, Status: status, Code: code}
}

func TestGroups(t *testing.T) {
	for _, tt := range []struct {
		name     string
		onlyErr  bool
		writes   []string
		status   Status
		out, err string
	}{
		{"text", false, []string{"a\n", "!b\n"}, Succeeded, "==> prod (111122223333) Read eu-west-1\na\n", "b\n"},
		{"no line break at the end", false, []string{"a"}, Succeeded, "==> prod (111122223333) Read eu-west-1\na\n", ""},
		{"nothing", false, nil, Failed, "==> prod (111122223333) Read eu-west-1: exit code 3\n", ""},
		{"only stderr", true, []string{"a\n", "!b\n"}, Succeeded, "", "==> prod (111122223333) Read eu-west-1\nb\n"},
		{"only stderr, but nothing there", true, []string{"a\n"}, Succeeded, "", ""},
	} {
		var out, err bytes.Buffer
		g := &Groups{Streams: Streams{Out: &out, RawOut: &out, Err: &err, RawErr: &err}, OnlyErr: tt.onlyErr}
		if failed := g.Print(result(tt.status, 3), outputOf(t, tt.writes...)); failed != nil {
			t.Fatal(failed)
		}
		if out.String() != tt.out || err.String() != tt.err {
			t.Errorf("%s: printed %q and %q, want %q and %q", tt.name, out.String(), err.String(), tt.out, tt.err)
		}
	}
}

func TestLines(t *testing.T) {
	var out, err bytes.Buffer
	l := &Lines{
		Streams: Streams{Out: &out, RawOut: &out, Err: &err, RawErr: &err}, Labels: []string{"a ", "bb"},
		Aside: func(print func() error) error { return print() },
	}
	s := new(Spool)
	first, second := s.new(), s.new()
	l.Start(0, first)
	l.Start(1, second)
	for _, w := range []struct {
		o      *Output
		stream byte
		text   string
	}{
		{first, Stdout, "one "},
		{second, Stdout, "two\r\nthr"},
		{first, Stdout, "line\n\n"},
		{second, Stderr, "oops\n"},
		{second, Stdout, "ee"},
		{first, Stdout, strings.Repeat("x", maxLine+5) + "\n"},
	} {
		if _, failed := w.o.Writer(w.stream).Write([]byte(w.text)); failed != nil {
			t.Fatal(failed)
		}
	}
	failed := result(Failed, 3)
	failed.Index = 1
	for _, r := range []struct {
		result Result
		out    *Output
	}{{result(Succeeded, 0), first}, {failed, second}} {
		if e := l.Print(r.result, r.out); e != nil {
			t.Fatal(e)
		}
	}
	want := "bb | two\na  | one line\na  | \na  | " + strings.Repeat("x", maxLine) + "\na  | xxxxx\nbb | three\n"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("stdout (-want +got)\n%s", diff)
	}
	if got := err.String(); got != "bb | oops\nbb | exit code 3\n" {
		t.Errorf("stderr is %q", got)
	}
}

func TestJSONLine(t *testing.T) {
	for _, writes := range [][]string{
		{"text\n", "!err\t\"\x1b[31m\u2028<&"},
		{},
		{"\x00\x01"},
		{"zwei Teile: \xc3", "\xbc."}, // one character in two writes
		{"\xff\xfe"},
		{"cut: \xe2\x82"},
		{"ok", "!\xff"},
		{strings.Repeat("日本", 40_000)},
	} {
		r := result(Failed, 3)
		r.Elapsed = 1234567 * time.Microsecond
		o := outputOf(t, writes...)
		var b bytes.Buffer
		if err := JSONLine(&b, r, o); err != nil {
			t.Fatal(err)
		}
		if strings.Count(b.String(), "\n") != 1 {
			t.Errorf("%q: more than one line", writes)
		}
		var got struct {
			Account, Name, Role, Region, Status string
			ExitCode                            *int
			Seconds                             float64
			Stdout, Stderr, StdoutBase64        *string
			StderrBase64                        *string
		}
		if err := json.Unmarshal(b.Bytes(), &got); err != nil {
			t.Fatalf("%q: %v", writes, err)
		}
		if got.Account != "111122223333" || got.Name != "prod" || got.Status != "failed" || *got.ExitCode != 3 || got.Seconds != 1.234 {
			t.Errorf("%+v", got)
		}
		for _, s := range []struct {
			stream       byte
			text, base64 *string
		}{{Stdout, got.Stdout, got.StdoutBase64}, {Stderr, got.Stderr, got.StderrBase64}} {
			want, err := o.Bytes(s.stream)
			if err != nil {
				t.Fatal(err)
			}
			var have []byte
			switch {
			case s.text != nil && s.base64 == nil:
				have = []byte(*s.text)
			case s.text == nil && s.base64 != nil:
				have, err = base64.StdEncoding.DecodeString(*s.base64)
			}
			if !bytes.Equal(have, want) || err != nil {
				t.Errorf("stream %d of %q is %q, error %v", s.stream, writes, have, err)
			}
		}
	}
	var b bytes.Buffer
	if err := JSONLine(&b, result(NotRun, 0), nil); err != nil || !strings.Contains(b.String(), `"exitCode":null,"seconds":0,"stdout":"","stderr":""}`) {
		t.Errorf("not started: %s, error %v", b.String(), err)
	}
}

func TestMerge(t *testing.T) {
	m := &Merge{List: "Vpcs"}
	for i, text := range []string{`{"Vpcs": [{"VpcId": "a", "region": "theirs"}, {"VpcId": "b"}], "NextToken": "x"}`, `{"Vpcs": []}`, ``, `{}`, `["x", 1]`, `null`} {
		r := result(Succeeded, 0)
		r.Index = 9 - i
		if err := m.Add(r, outputOf(t, text, "!a warning")); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
	whole := new(Merge)
	if err := whole.Add(result(Succeeded, 0), outputOf(t, `{"Vpcs": []}`)); err != nil {
		t.Fatal(err)
	}
	if err := whole.Add(result(Succeeded, 0), outputOf(t, `plain text`)); err == nil || !strings.HasPrefix(err.Error(), "the output is not JSON") {
		t.Errorf("text: %v", err)
	}
	for _, tt := range []struct {
		m    *Merge
		want string
	}{
		{m, `account=111122223333 region=eu-west-1 value=x; account=111122223333 region=eu-west-1 value=1; account=111122223333 region=eu-west-1 VpcId=a; account=111122223333 region=eu-west-1 VpcId=b; `},
		{whole, `account=111122223333 region=eu-west-1 Vpcs=[]; `},
	} {
		var b strings.Builder
		for _, v := range tt.m.All(10) {
			var parts []string
			for name, member := range v.(*document.Object).All() {
				text, err := json.Marshal(member)
				if err != nil {
					t.Fatal(err)
				}
				parts = append(parts, name+"="+strings.Trim(string(text), `"`))
			}
			b.WriteString(strings.Join(parts, " ") + "; ")
		}
		if diff := cmp.Diff(tt.want, b.String()); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	}
}

func TestBarFits(t *testing.T) {
	now := time.Now()
	for _, width := range []int{1, 20, 40, 60, 80, 120} {
		b := NewBar(new(bytes.Buffer), width, 1000)
		b.begun, b.done, b.failed, b.last = now.Add(-20*time.Second), 400, 3, "a-very-long-name-of-an-account-in-a-large-organization\n"
		if got := b.text(now); len([]rune(got)) >= max(width, 2) || strings.Contains(got, "\n") {
			t.Errorf("width %d: %q", width, got)
		}
	}
	b := NewBar(new(bytes.Buffer), 80, 1000)
	b.begun, b.done, b.failed, b.last = now.Add(-20*time.Second), 400, 3, "prod"
	if got := b.text(now); got != "[========            ] 400 of 1000 runs, 3 failed, 30s left  prod" {
		t.Errorf("%q", got)
	}
}

func TestFailures(t *testing.T) {
	var results []Result
	for i := range 30 {
		r := result(Refused, 254)
		r.Index, r.Reason = i, "the session\x1b has ended"
		results = append(results, r)
	}
	results = append(results, result(Succeeded, 0), result(Failed, 3), result(NotRun, 0), result(TimedOut, 124))
	got := Failures(results)
	if got[0] != "32 of 34 runs did not succeed, and 1 was not started" || len(got) != 1+1+shown+1+2 {
		t.Errorf("%d lines: %q", len(got), got)
	}
	if got[1] != "  30 runs: refused: the session\ufffd has ended" || got[len(got)-2] != "  prod (111122223333) Read eu-west-1: exit code 3" {
		t.Errorf("%q", got)
	}
	if lines := Failures([]Result{result(Succeeded, 0)}); lines != nil {
		t.Errorf("no failure: %q", lines)
	}
}
