package awsconfig

import (
	"errors"
	"strings"
	"testing"
)

func TestBulk(t *testing.T) {
	add := func(b *Bulk) error {
		return b.Add(Profile, "new one", []Setting{{Key: "Region", Value: " x "}})
	}
	remove := func(b *Bulk) error { return b.Remove(Profile, "a") }
	rename := func(b *Bulk) error { return b.Rename(Profile, "a", "b c") }
	change := func(b *Bulk) error {
		return b.Change(Change{Kind: Profile, Name: "a", Key: "region", Value: "y"})
	}
	tests := []struct {
		about, content string
		edit           func(*Bulk) error
		want           string // "" means an error
	}{
		{"add to an empty file", "", add, "[profile 'new one']\nRegion = x\n"},
		{"add after a line without an ending", "# c", add, "# c\n[profile 'new one']\nRegion = x\n"},
		{"add with the line endings of the file", "[default]\r\nregion=x\r\n", add, "[default]\r\nregion=x\r\n[profile 'new one']\r\nRegion = x\r\n"},
		{"add after an indented section", " [default]\n  region=x\n\n", add, " [default]\n  region=x\n\n[profile 'new one']\nRegion = x\n"},
		{"add to a file with a duplicate section", "[profile a]\n[profile a]\n", add, ""},
		{"add to a file with a byte order mark", bom + "[profile a]\n", add, ""},
		{"add a name with a bracket", "", func(b *Bulk) error { return b.Add(Profile, "a]", nil) }, ""},
		{"add a value with a line break", "", func(b *Bulk) error { return b.Add(Profile, "a", []Setting{{Key: "k", Value: "a\nb"}}) }, ""},
		{"add a name that exists", "[profile a]\n", func(b *Bulk) error { return b.Add(Profile, "a", nil) }, ""},
		{"remove", "# 1\n[profile a]\nx = 1\ny =\n  n = 1\n\n# 2\n[profile b]\n", remove, "# 1\n\n# 2\n[profile b]\n"},
		{"remove the last section", "[default]\n[profile a]\nx=1", remove, "[default]\n"},
		{"remove the only section", "[profile a]\n", remove, "\x00"},
		{"remove a missing section", "[profile b]\n", remove, ""},
		{"rename", "  [profile a] # c\n  x=1\n", rename, "  [profile 'b c'] # c\n  x=1\n"},
		{"rename a section in quotes", "[profile \"a\"]\r\nx=1\r\n", rename, "[profile 'b c']\r\nx=1\r\n"},
		{"change", "[profile a]\nregion:  x  \n", change, "[profile a]\nregion:  y  \n"},
		{"change a missing section", "[profile b]\n", change, ""},
		{"no change", bom + "[profile a]\n[profile a]\n", func(*Bulk) error { return nil }, bom + "[profile a]\n[profile a]\n"},
		{"all", "[profile a]\nx=1\n[profile c]\nx=1\n", func(b *Bulk) error {
			return errors.Join(b.Remove(Profile, "c"), change(b), rename(b), add(b))
		}, "[profile 'b c']\nx=1\nregion = y\n[profile 'new one']\nRegion = x\n"},
	}
	for _, tt := range tests {
		t.Run(tt.about, func(t *testing.T) {
			b, err := NewBulk("config", []byte(tt.content))
			if err != nil {
				t.Fatal(err)
			}
			var got []byte
			if err = tt.edit(b); err == nil {
				got, err = b.Bytes()
			}
			switch {
			case tt.want == "" && err == nil:
				t.Errorf("the result is %q, want an error", got)
			case tt.want != "" && (err != nil || string(got) != strings.Trim(tt.want, "\x00")):
				t.Errorf("the result is %q, %v; want %q", got, err, tt.want)
			}
		})
	}
}

func TestBulkSections(t *testing.T) {
	const content = "[DEFAULT]\nz=1\n[profile 'a']\nold=1\n[profile a]\n# c\nRegion = x\n# after\n[sso-session s]\nk=v\n[profile x y z]\n"
	b, err := NewBulk("config", []byte(content))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for s := range b.Sections {
		text := s.Kind.String() + " " + s.Name
		for _, set := range s.Settings {
			text += " " + set.Key + "=" + set.Value
		}
		if s.Commented {
			text += " #"
		}
		got = append(got, text)
	}
	if want := "profile a region=x #|sso-session s k=v"; strings.Join(got, "|") != want {
		t.Errorf("the sections are %q", got)
	}
}
