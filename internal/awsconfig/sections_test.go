package awsconfig

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// outline formats sections as text: a header, then key=value lines, with nested keys
// indented.
func outline(sections []*Section) string {
	var b strings.Builder
	for _, s := range sections {
		fmt.Fprintf(&b, "%s %q\n", s.Kind, s.Name)
		for _, set := range s.Settings {
			if set.Nested == nil {
				fmt.Fprintf(&b, "%s=%q\n", set.Key, set.Value)
				continue
			}
			fmt.Fprintf(&b, "%s:\n", set.Key)
			for _, n := range set.Nested {
				fmt.Fprintf(&b, " %s=%q\n", n.Key, n.Value)
			}
		}
	}
	return strings.TrimSpace(b.String())
}

func TestSections(t *testing.T) {
	tests := []struct{ name, file, want string }{
		{"nothing", "", ""},
		{"comments only", "# a\n; b\n", ""},
		{"both delimiters", "[default]\na=1\nb : 2\nc=d:e\nf:g=h", `profile "default"|a="1"|b="2"|c="d:e"|f="g=h"`},
		{"keys are lower-cased, values not", "[default]\nRegion = EU", `profile "default"|region="EU"`},
		{"quotes are part of the value", "[default]\nregion = \"us-east-1\"", `profile "default"|region="\"us-east-1\""`},
		{"a comment after a value is part of it", "[default]\nregion = us-east-1 # c", `profile "default"|region="us-east-1 # c"`},
		{"no interpolation", "[default]\nregion = 100%%(x)s", `profile "default"|region="100%%(x)s"`},
		{"an empty value", "[default]\nregion =\noutput = json", `profile "default"|region=""|output="json"`},
		{"CRLF", "[default]\r\nregion = a\r\n", `profile "default"|region="a"`},
		{"a lone CR ends a line", "[default]\rregion = a\r", `profile "default"|region="a"`},
		{"text after the header", "[default] # hi\nregion = x1", `profile "default"|region="x1"`},
		{"the last bracket ends the header", "[default] # a]\nregion = x1", `other "default] # a"|region="x1"`},
		{"an indented line continues the value", "[default]\na = 1\n  2\n\n  # c\n  3\n\n", `profile "default"|a="1\n2\n\n3"`},
		{"a line with the same indent is a new key", "[default]\n  a = 1\n  b = 2\n", `profile "default"|a="1"|b="2"`},
		{"an indented header", "[default]\n  [profile x]\na=1", `profile "default"|profile "x"|a="1"`},
		{"a header indented deeper than the key above is part of its value", "[default]\na=1\n  [profile x]\n", `profile "default"|a="1\n[profile x]"`},
		{"no-break space from a web page", "[default]\nregion\u00a0=\u00a0x\u00a0\n", `profile "default"|region="x"`},
		{
			"a nested block", "[default]\ns3 =\n  a = 1\n  # c = 3\n  B = 2=3\n  a = 4\nregion = r",
			`profile "default"|s3:| a="4"| B="2=3"|region="r"`,
		},
		{"DEFAULT is inherited", "[DEFAULT]\nregion=upper\n[profile x]\noutput=json\n[plugins]", `profile "x"|output="json"|region="upper"|other "plugins"|region="upper"`},
		{"a section's own setting overrides DEFAULT", "[profile x]\nregion=own\n[DEFAULT]\nregion=upper\n", `profile "x"|region="own"`},
		{"[profile default] replaces an earlier [default]", "[default]\na=1\n[profile default]\nregion=prof", `profile "default"|region="prof"`},
		{"[default] replaces an earlier [profile default]", "[profile default]\na=1\n[default]\nregion=plain", `profile "default"|region="plain"`},
		{"a later spelling replaces an earlier one", "[profile \"a b\"]\na=1\n[profile x]\n[profile 'a b']\nb=2", `profile "a b"|b="2"|profile "x"`},
		{"an unbalanced quote drops the section", "[profile \"x]\nregion = a\n[default]\nregion=b", `profile "default"|region="b"`},
		{"one or three words drop the section", "[profilex]\n[profile one two]\n[profile]\n[default]", `profile "default"`},
		{"a first word that begins with profile is a profile", "[profiles x]\n", `profile "x"`},
		{"a header with a leading space is of another kind", "[ profile x]\n", `other " profile x"`},
		{"a header with a tab, spaces and a backslash", "[profile\t a\\ b ]\n", `profile "a b"`},
		{"an empty name", "[profile '']\n", `profile ""`},
		{"escapes in double quotes", `[profile "a\"b\\c\d"]`, `profile "a\"b\\c\\d"`},
		{"sessions and services", "[sso-session s]\na=1\n[services v]\nsso =\n endpoint_url = u", `sso-session "s"|a="1"|services "v"|sso:| endpoint_url="u"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			sections, problems, err := NewDoc("config", false, tt.file).All()
			if err != nil || problems != nil {
				t.Fatalf("%v, %v; the AWS CLI reads this", err, problems)
			}
			want := strings.ReplaceAll(tt.want, "|", "\n")
			if diff := cmp.Diff(want, outline(sections)); diff != "" {
				t.Error(diff)
			}
			sameAsAll(t, tt.file)
			sameAfterSift(t, tt.file)
		})
	}
}

func TestCredentialsNamesAreWholeHeaders(t *testing.T) {
	sections, _, err := NewDoc("credentials", true, "[default]\na=1\n[profile weird]\nb=2\n[a b]\n[DEFAULT]\nc=3").All()
	if err != nil {
		t.Fatal(err)
	}
	want := "profile \"default\"\na=\"1\"\nc=\"3\"\nprofile \"profile weird\"\nb=\"2\"\nc=\"3\"\nprofile \"a b\"\nc=\"3\""
	if diff := cmp.Diff(want, outline(sections)); diff != "" {
		t.Error(diff)
	}
}

// The AWS CLI rejects these files, and this package accepts them.
func TestProblems(t *testing.T) {
	tests := []struct {
		name, file, want string
		problems         []string
	}{
		{
			"a duplicate section", "[default]\nregion = a\n[default]\noutput = json",
			`profile "default"|region="a"|output="json"`,
			[]string{"config: line 3: duplicate section [default] (also on line 1)"},
		},
		{
			"a duplicate section after another", "[profile x]\na=1\n[profile y]\n[profile x]\na=2",
			`profile "x"|a="2"|profile "y"`,
			[]string{
				"config: line 4: duplicate section [profile x] (also on line 1)",
				"config: line 5: duplicate key a in [profile x] (also on line 2)",
			},
		},
		{
			"a duplicate key", "[default]\nregion = a\nRegion = b",
			`profile "default"|region="b"`,
			[]string{"config: line 3: duplicate key region in [default] (also on line 2)"},
		},
		{
			"a byte order mark", "\ufeff[default]\nregion = a",
			`profile "default"|region="a"`,
			[]string{"config: line 1: the file begins with a byte order mark"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			sections, problems, err := NewDoc("config", false, tt.file).All()
			if err != nil {
				t.Fatal(err)
			}
			want := strings.ReplaceAll(tt.want, "|", "\n")
			if diff := cmp.Diff(want, outline(sections)); diff != "" {
				t.Error(diff)
			}
			if len(problems) != len(tt.problems) {
				t.Fatalf("%d problems, want %d: %v", len(problems), len(tt.problems), problems)
			}
			for i, p := range problems {
				if !strings.HasPrefix(p.String(), tt.problems[i]) || !strings.Contains(p.Text, "the AWS CLI cannot read this file") || p.Hint == "" {
					t.Errorf("problem %q, hint %q; want a hint and a problem that begins with %q", p, p.Hint, tt.problems[i])
				}
			}
			sameAsAll(t, tt.file)
			sameAfterSift(t, tt.file)
		})
	}
}

// The AWS CLI and this package reject these files.
func TestParseErrors(t *testing.T) {
	tests := []struct {
		name, file, want string
	}{
		{"a key without a delimiter", "[default]\nregion\n", `line 2: neither a [section] nor a key = value`},
		{"a setting before the first section", "# c\n\nregion = x\n[default]\n", `line 3: a setting before the first [section]`},
		{"a nested line without =", "[default]\ns3 =\n  nodelim\nregion=r", `line 3: line without = in the block s3`},
		{"an unclosed header", "[default]\n[profile x\na=1", `line 2: section header without ] or without a name: "[profile x"`},
		{"an empty header", "[default]\n[]\n", `line 2: section header without ] or without a name: "[]"`},
		{"a value without a key", "[default]\n= x\n", `line 2: value without a key`},
		{"Latin-1", "[default]\nname = J\xf6rg\n", `line 2: not UTF-8 text`},
		{"UTF-16", "\xff\xfe[\x00d\x00", `line 1: not UTF-8 text`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			doc := NewDoc("config", false, tt.file)
			_, _, err := doc.All()
			var p *ParseError
			if !errors.As(err, &p) || !strings.HasPrefix(err.Error(), "Unable to parse config file: config: "+tt.want) {
				t.Errorf("error %v, want %s", err, tt.want)
			}
		})
	}
}
