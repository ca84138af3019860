package main

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// The generated part of docs/messages.md is up to date. With UPDATE_DOCS=1, the test writes it. The
// messages of the other part exist in the source, and this part has each message of the AWS CLI.
func TestMessages(t *testing.T) {
	const path = "../../docs/messages.md"
	root := os.DirFS("../..")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	tables, err := messageTables(root)
	if err != nil {
		t.Fatal(err)
	}
	page, generated, found := strings.Cut(string(data), allMessages)
	if !found {
		t.Fatalf("%s has no heading %q", path, allMessages)
	}
	introduction, _, _ := strings.Cut(generated, "\n###")
	if generated != introduction+tables {
		if os.Getenv("UPDATE_DOCS") == "" {
			t.Errorf("%s does not have the messages of the source: run UPDATE_DOCS=1 go test ./scripts/docs -run TestMessages", path)
		} else if err := os.WriteFile(path, []byte(page+allMessages+introduction+tables), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	rows := regexp.MustCompile("(?m)^\\| `+(.*?)`+ \\|([^|]*)\\|[^|]*\\| ").FindAllStringSubmatch(page, -1)
	if len(rows) < 60 {
		t.Fatalf("%s explains %d messages, want more", path, len(rows))
	}
	messages, err := messagesOf(root, "internal")
	if err != nil {
		t.Fatal(err)
	}
	explained := map[string]bool{} // texts of messages
	for _, row := range rows {
		known := false
		var codes []string // of the messages in the source, if all of them choose their codes
		for _, m := range messages {
			if pattern(m.text).MatchString(row[1]) {
				known, explained[m.text] = true, true
				codes = append(codes, m.code)
			} else if pattern(row[1]).MatchString(m.text) {
				explained[m.text] = true
			}
		}
		if !known {
			t.Errorf("%s explains a message that the program does not have: %s", path, row[1])
		}
		chosen := !slices.Contains(codes, "")
		if known && chosen && !slices.ContainsFunc(codes, func(code string) bool { return strings.Contains(row[2], code) }) {
			t.Errorf("%s has the exit code %s, and the source has %q, for: %s", path, row[2], codes, row[1])
		}
	}
	for _, m := range messages {
		if capital(m.text) && !explained[m.text] && !strings.HasPrefix(m.file, "internal/engine/") {
			t.Errorf("%s does not explain the AWS CLI's message in %s: %s", path, m.file, m.text)
		}
	}
}

// variable matches a placeholder.
var variable = regexp.MustCompile(`…|\b[A-Z][A-Z-]+\b|\bN\b`)

// pattern matches the message with any values of its placeholders.
func pattern(text string) *regexp.Regexp {
	var b strings.Builder
	rest := text
	for _, at := range variable.FindAllStringIndex(text, -1) {
		b.WriteString(regexp.QuoteMeta(text[len(text)-len(rest):at[0]]) + ".*")
		rest = text[at[1]:]
	}
	return regexp.MustCompile("^" + b.String() + regexp.QuoteMeta(rest) + "$")
}

func TestMessagesOf(t *testing.T) {
	const source = `package p

const limit = 20

type refused struct {
	path, why string
	Hint string
}

func (e *refused) Error() string { return fmt.Sprintf("cannot read %s: %s", e.path, e.why) }
func (e *refused) ExitStatus() int { return 253 }

func f(name string, err error) {
	_ = command.Usagef("--max %d is over %d", n, limit)
	_ = command.WithHint(command.Failuref("profile %q is not pinned", name), "run: %s pick", app.Name)
	lost := errors.New("no token of " + name)
	_ = command.WithHint(lost, "run: "+"lanyard login")
	_ = command.WithHint(err, "check the network")
	_ = &refused{path, "it is a folder", "name a file"}
	_ = &refused{path: path, why: err.Error()}
	_ = errors.New("a cause")
	_ = fmt.Errorf("Not a valid URL: %w", err)
	_ = &command.ConfigError{Code: "NoRegion", Msg: "You must specify a region."}
	app.Warn("the clock is slow", clockHint())
	hint := "name a file"
	if name == "" {
		hint = "name a folder"
	}
	_ = command.WithHint(command.Usagef("no such place"), "%s", hint)
}

func clockHint() string { return "set the clock" }
`
	root := fstest.MapFS{
		"internal/command/errors.go": {Data: []byte("package command\n\ntype ConfigError struct{ Code, Msg string }\n\nfunc (e *ConfigError) Error() string { return fmt.Sprintf(\"An error occurred (%s): %s\", e.Code, e.Msg) }\nfunc (e *ConfigError) ExitStatus() int { return 253 }\n")},
		"internal/p/p.go":            {Data: []byte(source)},
		"internal/p/p_test.go":       {Data: []byte("package p\n\nvar err = command.Usagef(\"in a test\")\n")},
	}
	got, err := messagesOf(root, "internal")
	if err != nil {
		t.Fatal(err)
	}
	want := []message{
		{text: "cannot read FILE: it is a folder", code: "253", hint: "name a file"},
		{text: "cannot read FILE: …", code: "253"},
		{text: "--max N is over 20", code: "252"},
		{text: "no such place", code: "252", hint: "name a file\nor: name a folder"},
		{text: "no token of NAME", hint: "run: lanyard login"},
		{text: "Not a valid URL: CAUSE"},
		{text: `profile "NAME" is not pinned`, code: "1", hint: "run: lanyard pick"},
		{text: "the clock is slow", code: "warning", hint: "set the clock"},
		{text: "You must specify a region.", code: "253"},
	}
	if len(got) != len(want) {
		t.Errorf("got %d messages, want %d", len(got), len(want))
	}
	for i, m := range got {
		m.file = ""
		if i < len(want) && m != want[i] {
			t.Errorf("message %d is %+v, want %+v", i, m, want[i])
		}
	}
}
