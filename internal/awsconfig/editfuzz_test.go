package awsconfig_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
)

// corpus returns the files of testdata/corpus by name.
func corpus(tb testing.TB) map[string]string {
	tb.Helper()
	paths, err := filepath.Glob("testdata/corpus/*")
	if err != nil || len(paths) == 0 {
		tb.Fatal("no files in testdata/corpus", err)
	}
	files := make(map[string]string)
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err != nil {
			tb.Fatal(err)
		}
		files[filepath.Base(path)] = string(b)
	}
	return files
}

// get returns the value of a setting, as the package reads it.
func get(tb testing.TB, content string, credentials bool, ch awsconfig.Change) (string, bool) {
	tb.Helper()
	sections, problems, err := awsconfig.NewDoc("config", credentials, content).All()
	if err != nil || len(problems) > 0 {
		tb.Fatalf("%q cannot be read: %v, %v", content, err, problems)
	}
	for _, s := range sections {
		if s.Kind != ch.Kind || s.Name != ch.Name {
			continue
		}
		setting, ok := s.Get(lower(ch.Key))
		if ch.Sub == "" {
			return setting.Value, ok && setting.Nested == nil
		}
		for _, n := range setting.Nested {
			if n.Key == ch.Sub {
				return n.Value, true
			}
		}
	}
	return "", false
}

// edit calls Edit. ok is false if Edit returned an error.
func edit(tb testing.TB, content string, credentials bool, changes ...awsconfig.Change) (string, bool) {
	tb.Helper()
	got, err := awsconfig.Edit("config", []byte(content), credentials, changes...)
	if err == nil {
		return string(got), true
	}
	var refused *awsconfig.EditError
	var unreadable *awsconfig.ParseError
	if !errors.As(err, &refused) && !errors.As(err, &unreadable) || got != nil {
		tb.Fatalf("Edit = %q, %T %v; want nil and an EditError or a ParseError", got, err, err)
	}
	return "", false
}

// checkEdit checks the properties of one change of one file.
func checkEdit(t *testing.T, content string, credentials bool, ch awsconfig.Change) {
	t.Helper()
	after, ok := edit(t, content, credentials, ch)
	if !ok {
		return
	}
	_, err := read(content)
	if err == nil {
		err = judge(content, after, credentials, ch)
	} else {
		_, err = read(after) // the change has repaired the file
	}
	if err != nil {
		t.Fatalf("%+v\nbefore %q\nafter  %q\n%v", ch, content, after, err)
	}
	if again, ok := edit(t, after, credentials, ch); !ok || again != after {
		t.Errorf("%+v: after one edit %q, after two %q, %v", ch, after, again, ok)
	}
	if ch.Remove {
		return
	}
	if value, ok := get(t, after, credentials, ch); !ok || value != strip(ch.Value) {
		t.Errorf("%+v of %q: reads as %q, %v; want %q", ch, content, value, ok, strip(ch.Value))
	}
	checkUndo(t, content, after, credentials, ch)
}

// checkUndo checks that the opposite change restores the file.
func checkUndo(t *testing.T, content, after string, credentials bool, ch awsconfig.Change) {
	t.Helper()
	was, err := read(content)
	if err != nil || !reEnded.MatchString(content) {
		return
	}
	s := was.section(ch.Kind.String()+" "+ch.Name, credentials)
	if s == nil {
		return
	}
	back := ch
	o := s.option(ch.Key)
	switch {
	case o == nil:
		back.Remove = true
	case ch.Sub == "" && o.end == o.line && o.value() != "" && strip(ch.Value) != "":
		back.Value = o.value()
	default:
		return
	}
	if restored, ok := edit(t, after, credentials, back); !ok || restored != content {
		t.Errorf("%+v of %q: the opposite change gives %q, %v", ch, content, restored, ok)
	}
}

func FuzzEdit(f *testing.F) {
	for name, content := range corpus(f) {
		if len(content) > 1_000 {
			continue
		}
		credentials := filepath.Ext(name) == ".credentials"
		f.Add(content, credentials, byte(0), "default", "region", "", "x", false)
		f.Add(content, credentials, byte(0), "dev", "s3", "addressing_style", "path", false)
		f.Add(content, credentials, byte(3), "plugins", "a", "b", "c", true)
	}
	f.Fuzz(func(t *testing.T, content string, credentials bool, kind byte, name, key, sub, value string, remove bool) {
		if len(content) > 4_000 {
			return
		}
		checkEdit(t, content, credentials, awsconfig.Change{
			Kind: awsconfig.Kind(kind % 4), Name: name, Key: key, Sub: sub, Value: value, Remove: remove,
		})
	})
}

// Find reads a new header with the same kind and name.
func FuzzHeader(f *testing.F) {
	for _, name := range []string{"default", "dev", "my prof", "o'neil", `a"b\c'd`, "日本語", "DEFAULT", "a]b", " x ", "\t", "profile x", "#1"} {
		f.Add(name, byte(0), false)
		f.Add(name, byte(3), false)
		f.Add(name, byte(0), true)
	}
	f.Fuzz(func(t *testing.T, name string, kind byte, credentials bool) {
		k := awsconfig.Kind(kind % 4)
		header, err := awsconfig.Header(k, name, credentials)
		if err != nil {
			return
		}
		r, err := read("[default]\na = 1\n" + header + "\na = 2\n")
		if header == "[default]" {
			r, err = read(header + "\na = 2\n")
		}
		if err != nil {
			t.Fatalf("%s of %q: %v", header, name, err)
		}
		if got, want := meaning(r.sections[len(r.sections)-1].header, credentials), k.String()+" "+name; got != want {
			t.Errorf("%s is read as %q, want %q", header, got, want)
		}
	})
}

// After any sequence of changes the file is valid. Several changes in one call have the same
// result as one call for each change.
func FuzzEditSequence(f *testing.F) {
	for name, content := range corpus(f) {
		if strings.HasPrefix(name, "nested") || strings.HasPrefix(name, "mixed") {
			f.Add(content, []byte("\x00\x13\x27\x31\x45\x5a\x61\x78"))
		}
	}
	kinds := []string{"profile default", "profile a", "sso-session corp", "services s", "other plugins", "profile my prof", "profile dev"}
	keys := []string{"region", "s3", "OUTPUT", "s3", "brand_new", "note"}
	subs := []string{"", "addressing_style", "", "a", "endpoint_url", ""}
	values := []string{"", "x", "y = z", "# c", "[profile q]"}
	f.Fuzz(func(t *testing.T, content string, steps []byte) {
		if len(content) > 2_000 || len(steps) > 50 {
			return
		}
		for _, s := range steps {
			ch := target(kinds[int(s)%len(kinds)])
			ch.Key, ch.Sub = keys[int(s)%len(keys)], subs[int(s)%len(subs)]
			ch.Value, ch.Remove = values[int(s)%len(values)], s%3 == 0
			checkEdit(t, content, false, ch)
			if after, ok := edit(t, content, false, ch); ok {
				content = after
			}
		}
	})
}
