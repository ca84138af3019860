package awsconfig_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
)

// The AWS CLI rejects the files whose names begin with bad-, and reads all others.
func TestCorpus(t *testing.T) {
	files := corpus(t)
	n := 0
	for name, content := range files {
		if !isCredentials(name) && !strings.HasSuffix(name, ".config") {
			continue // an older file without an extension
		}
		n++
		if _, err := read(content); (err != nil) != isBad(name) {
			t.Errorf("%s: error %v, want an error only for a bad file", name, err)
		}
		_, problems, err := awsconfig.NewDoc(name, isCredentials(name), content).All()
		if (err != nil || len(problems) > 0) != isBad(name) {
			t.Errorf("%s: All returns %v, %v; want a problem or an error only for a bad file", name, problems, err)
		}
	}
	if n < 150 {
		t.Errorf("the corpus has %d files, want at least 150", n)
	}
}

// If the AWS CLI cannot read a file, an edit repairs the file or fails. The error has the
// line and a hint.
func TestEditBadFiles(t *testing.T) {
	for name, content := range corpus(t) {
		if !isBad(name) {
			continue
		}
		t.Run(name, func(t *testing.T) {
			var changes []awsconfig.Change
			for _, what := range []string{"profile default", "profile a", "profile brand-new"} {
				for _, key := range []string{"region", "output", "s3", "aws_access_key_id", "brand_new"} {
					ch := target(what)
					ch.Key, ch.Value = key, "value"
					changes = append(changes, ch)
					ch.Remove = true
					changes = append(changes, ch)
				}
			}
			for _, ch := range changes {
				got, err := awsconfig.Edit(name, []byte(content), isCredentials(name), ch)
				var refused *awsconfig.EditError
				var unreadable *awsconfig.ParseError
				switch {
				case err == nil:
					if _, err := read(string(got)); err != nil {
						t.Errorf("%+v made %q: %v", ch, got, err)
					}
				case errors.As(err, &refused):
					conflict := strings.Contains(refused.Text, "block") // setting s3, which has a block
					if refused.Line == 0 || refused.Hint == "" || !conflict && !strings.Contains(refused.Text, "the AWS CLI cannot read this file") {
						t.Errorf("%+v: %v (hint: %s); want a line and a hint", ch, err, refused.Hint)
					}
				case !errors.As(err, &unreadable) || unreadable.Line == 0:
					t.Errorf("%+v: %v; want a ParseError with a line", ch, err)
				}
			}
		})
	}
}

func TestEditRepairsDuplicates(t *testing.T) {
	tests := []struct {
		file    string
		profile string
		key     string // ! means that the key is removed
		old     string // the part of the file that changes
		new     string // the new text of that part
	}{
		{"bad-duplicate-key.config", "default", "!region", "region = us-east-1\noutput = json\nregion = us-east-2\n", "output = json\n"},
		{"bad-duplicate-key.config", "default", "region", "region = us-east-1\noutput = json\nregion = us-east-2\n", "region = value\noutput = json\n"},
		{"bad-duplicate-key-other-case.config", "default", "REGION", "Region = us-east-1\nregion = us-east-2\n", "Region = value\n"},
		{
			"bad-duplicate-key-three-times.config", "default", "!region",
			"region = us-east-1\nREGION = us-east-2\n# and again\nRegion : us-east-3\n  over two lines\n", "# and again\n",
		},
		{"bad-duplicate-block.config", "default", "!s3", "s3 =\n  a = 1\ns3 =\n  b = 2\n", ""},
		{
			"bad-duplicate-key.credentials", "default", "aws_access_key_id",
			"aws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_access_key_id = AKIAI44QH8DHBEXAMPLE\n", "aws_access_key_id = value\n",
		},
	}
	files := corpus(t)
	for _, tt := range tests {
		t.Run(tt.file+" "+tt.key, func(t *testing.T) {
			key, remove := strings.CutPrefix(tt.key, "!")
			ch := awsconfig.Change{Name: tt.profile, Key: key, Value: "value", Remove: remove}
			got, ok := edit(t, files[tt.file], isCredentials(tt.file), ch)
			before, after, found := strings.Cut(files[tt.file], tt.old)
			if want := before + tt.new + after; !ok || !found || got != want {
				t.Errorf("%q, %v; want %q", got, ok, want)
			}
		})
	}
	// Two duplicate keys need two changes in one call.
	one := awsconfig.Change{Name: "default", Key: "region", Remove: true}
	two := awsconfig.Change{Name: "a", Key: "output", Remove: true}
	if got, ok := edit(t, files["bad-duplicate-keys-two.config"], false, one); ok {
		t.Errorf("one change was accepted: %q, want an error", got)
	}
	if got, ok := edit(t, files["bad-duplicate-keys-two.config"], false, one, two); !ok || got != "[default]\n[profile a]\n" {
		t.Errorf("two changes: %q, %v; want a repaired file", got, ok)
	}
}
