package audit

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// TestLineHasEveryField fills every field, and reads the line with encoding/json.
func TestLineHasEveryField(t *testing.T) {
	e := Entry{
		Seq: 7, Time: time.Date(2026, 3, 1, 12, 0, 0, 5e6, time.UTC), Event: Credentials, Decision: Allowed, Rule: "config.yaml:3", Consent: "asked",
		Profile: "dev", Account: "111122223333", Role: "Admin", KeyID: "ASIA", Expires: time.Date(2026, 3, 1, 13, 0, 0, 0, time.UTC),
		Source: Fetch, Call: "s3:GetObject", Region: "eu-west-1", Error: "no", Command: "exec",
		Caller: Caller{
			PID: 1, UID: 2, Program: "lanyard", Parents: []Process{{3, "make"}, {4, "sh"}}, Terminal: true,
			Agent: "codex", AgentBy: "CODEX_THREAD_ID", CI: "ci", Dir: "/src",
		},
		Prev: strings.Repeat("a", 64),
	}
	for _, v := range []reflect.Value{reflect.ValueOf(e), reflect.ValueOf(e.Caller)} {
		for i := range v.NumField() {
			if v.Field(i).IsZero() {
				t.Fatalf("the test sets no %s", v.Type().Field(i).Name)
			}
		}
	}
	want, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	if got := string(e.line()); got != string(want) {
		t.Errorf("line is\n%s\nand encoding/json writes\n%s", got, want)
	}
	if got, want := string(Entry{Seq: 1}.line()), `{"seq":1,"time":"0001-01-01T00:00:00.000Z","event":"","uid":0,"terminal":false,"prev":""}`; got != want {
		t.Errorf("the line of an empty entry is %s, want %s", got, want)
	}
}

func FuzzLine(f *testing.F) {
	f.Add("dev", "/tmp/a\nb\x1b[31m<&>\u2028")
	f.Add("\xff\xfe", strings.Repeat("é", 600))
	f.Fuzz(func(t *testing.T, profile, dir string) {
		e := Entry{Seq: 1, Profile: profile, Caller: Caller{Dir: dir}, Prev: strings.Repeat("0", 64)}
		line := e.line()
		got, err := parse(line)
		if err != nil || !utf8.Valid(line) || strings.ContainsAny(string(line), "\n\r\x1b\x7f") {
			t.Fatalf("%v in %q", err, line)
		}
		for _, pair := range [][2]string{{got.Profile, profile}, {got.Dir, dir}} {
			if want := strings.ToValidUTF8(pair[1], "\ufffd"); len(pair[1]) < maxText && utf8.ValidString(pair[1]) && pair[0] != want {
				t.Errorf("%q is %q in the record", pair[1], pair[0])
			}
		}
	})
}
