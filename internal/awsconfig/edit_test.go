package awsconfig

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// set returns a change that sets a key of a profile.
func set(name, key, value string) Change {
	key, sub, _ := strings.Cut(key, ".")
	return Change{Kind: Profile, Name: name, Key: key, Sub: sub, Value: value}
}

func unset(name, key string) Change {
	ch := set(name, key, "")
	ch.Remove = true
	return ch
}

// These edits produce the same file as `aws configure set`. In the rows, | means a line
// feed.
func TestEditLikeTheAWSCLI(t *testing.T) {
	tests := []struct {
		name, file string
		change     Change
		want       string
	}{
		{"an empty file", "", set("default", "region", "us-east-1"), "[default]|region = us-east-1|"},
		{"an existing key", "[default]|region = a|output = json|", set("default", "region", "b"), "[default]|region = b|output = json|"},
		{"a new key after the last", "[default]|region = a||# next|[profile b]|", set("default", "foo", "bar"), "[default]|region = a|foo = bar||# next|[profile b]|"},
		{"a new key in an empty section", "[default]|# c||[profile b]|", set("default", "foo", "bar"), "[default]|foo = bar|# c||[profile b]|"},
		{"an empty value", "[default]|region = a|", set("default", "foo", ""), "[default]|region = a|foo = |"},
		{"a new section", "[default]|region = a|", set("zz", "zzz", "1"), "[default]|region = a|[profile zz]|zzz = 1|"},
		{"a new section after a line without line ending", "[default]|region = a", set("zz", "zzz", "1"), "[default]|region = a|[profile zz]|zzz = 1|"},
		{"a new key after a line without line ending", "[default]|region = a", set("default", "zzz", "1"), "[default]|region = a|zzz = 1|"},
		{"a name with a space", "", set("new prof", "output", "json"), "[profile 'new prof']|output = json|"},
		{"a new block", "[profile a]|output = json|", set("a", "emr.role", "x"), "[profile a]|output = json|emr =|    role = x|"},
		{"a new key in a block", "[default]|s3 =|    a = 1||output = json|", set("default", "s3.b", "2"), "[default]|s3 =|    a = 1|    b = 2||output = json|"},
		{"an existing key in a block", "[default]|s3 =|    a = 1|    b = 2|", set("default", "s3.a", "3"), "[default]|s3 =|    a = 3|    b = 2|"},
		{
			"a session", "[sso-session corp]|sso_region = us-east-1|",
			Change{Kind: SSOSession, Name: "corp", Key: "sso_region", Value: "eu-west-1"},
			"[sso-session corp]|sso_region = eu-west-1|",
		},
		{
			"a new session", "[default]|a = b|",
			Change{Kind: SSOSession, Name: "new sess", Key: "sso_region", Value: "eu-west-1"},
			"[default]|a = b|[sso-session 'new sess']|sso_region = eu-west-1|",
		},
		{
			"services", "[services svc]|sts =|  endpoint_url = u|",
			Change{Kind: Services, Name: "svc", Key: "s3", Sub: "endpoint_url", Value: "v"},
			"[services svc]|sts =|  endpoint_url = u|s3 =|    endpoint_url = v|",
		},
		{"another section", "", Change{Kind: Other, Name: "plugins", Key: "a", Value: "b"}, "[plugins]|a = b|"},
		{"removal", "[default]|region = a|output = json|", unset("default", "region"), "[default]|output = json|"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			file, want := strings.ReplaceAll(tt.file, "|", "\n"), strings.ReplaceAll(tt.want, "|", "\n")
			got, err := Edit("config", []byte(file), false, tt.change)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, string(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// These edits differ from the AWS CLI's edits, or the AWS CLI cannot make them.
func TestEdit(t *testing.T) {
	tests := []struct {
		name, file string
		change     Change
		want       string
	}{
		{"a key in another case", "[default]|Region = a|", set("default", "region", "b"), "[default]|Region = b|"},
		{"a colon, no space, trailing space", "[default]|region:a  |", set("default", "region", "b"), "[default]|region:b  |"},
		{"a tab on both sides", "[default]|\tregion\t=\ta|", set("default", "REGION", "b"), "[default]|\tregion\t=\tb|"},
		{"no value, space before the delimiter", "[default]|region =|", set("default", "region", "b"), "[default]|region = b|"},
		{"no value, no space", "[default]|region=|", set("default", "region", "b"), "[default]|region=b|"},
		{"no value, space after the delimiter", "[default]|region= |", set("default", "region", "b"), "[default]|region= b|"},
		{"to an empty value", "[default]|region = a|", set("default", "region", " "), "[default]|region = |"},
		{"the same value", "[default]|region =   a|", set("default", "Region", "a"), "[default]|region =   a|"},
		{"a value of many lines", "[default]|a = 1|  2||  # c|  3||b = 4|", set("default", "a", "x"), "[default]|a = x|  # c||b = 4|"},
		{"after a value of many lines", "[default]|a = 1|  2||  # c|  3|# d", set("default", "b", "x"), "[default]|a = 1|  2||  # c|  3|b = x|# d"},
		{"a header with quotes", "[profile \"my prof\"] # mine|a = 1|", set("my prof", "a", "2"), "[profile \"my prof\"] # mine|a = 2|"},
		{"a header with a tab and spaces", "[profile\t dev ]|a = 1|", set("dev", "b", "2"), "[profile\t dev ]|a = 1|b = 2|"},
		{"the last spelling", "[default]|a = 1|[profile default]|a = 2|", set("default", "a", "3"), "[default]|a = 1|[profile default]|a = 3|"},
		{"an indented section", "[default]|  a = 1|  [profile b]|  c = d|", set("default", "b", "2"), "[default]|  a = 1|  b = 2|  [profile b]|  c = d|"},
		{"an empty section before an indented header", "[default]|  [profile b]|  c = d|", set("default", "b", "2"), "[default]|  b = 2|  [profile b]|  c = d|"},
		{"CRLF", "[default]\r|a = 1\r|", set("default", "b", "2"), "[default]\r|a = 1\r|b = 2\r|"},
		{"CRLF at the end", "[default]\r|a = 1", set("b", "b", "2"), "[default]\r|a = 1\r|[profile b]\r|b = 2\r|"},
		{"lone CR", "[default]\ra = 1\r", set("default", "b", "2"), "[default]\ra = 1\rb = 2\r"},
		{"the neighbour's line ending", "[default]\r|a = 1|[profile b]\r|", set("default", "b", "2"), "[default]\r|a = 1|b = 2|[profile b]\r|"},
		{"a block with a tab as indent", "[default]|s3 =|\ta = 1|\t# c|b = 2|", set("default", "s3.c", "2"), "[default]|s3 =|\ta = 1|\tc = 2|\t# c|b = 2|"},
		{"a block without lines", "[default]|  s3 =|# c|", set("default", "s3.c", "2"), "[default]|  s3 =|      c = 2|# c|"},
		{"the last key of a block, removed", "[default]|s3 =|  # c|  a = 1|b = 2|", unset("default", "s3.a"), "[default]|  # c|b = 2|"},
		{"a key of a block, removed", "[default]|s3 =|  a = 1||  b = 2|", unset("default", "s3.a"), "[default]|s3 =||  b = 2|"},
		{"twice in a block, set", "[default]|s3 =|  a = 1|  a = 2|", set("default", "s3.a", "3"), "[default]|s3 =|  a = 1|  a = 3|"},
		{"twice in a block, removed", "[default]|s3 =|  a = 1|  b = 1|  a = 2|", unset("default", "s3.a"), "[default]|s3 =|  b = 1|"},
		{"keys in a block are case-sensitive", "[default]|s3 =|  A = 1|", unset("default", "s3.a"), "[default]|s3 =|  A = 1|"},
		{"a whole block, removed", "[default]|s3 =|  a = 1||  b = 2||c = 3|", unset("default", "S3"), "[default]||c = 3|"},
		{"inherited, set", "[DEFAULT]|a = 1|[default]|", set("default", "a", "2"), "[DEFAULT]|a = 1|[default]|a = 2|"},
		{"inherited, removed", "[DEFAULT]|a = 1|[default]|", unset("default", "a"), "[DEFAULT]|a = 1|[default]|"},
		{"a missing key, removed", "[default]|a = 1", unset("default", "b"), "[default]|a = 1"},
		{"a key of a missing section, removed", "[default]|a = 1", unset("b", "b"), "[default]|a = 1"},
		{"a key twice, set", "[default]|a = 1|b = 2|A = 3|", set("default", "a", "4"), "[default]|a = 4|b = 2|"},
		{"a key twice, removed", "[default]|a = 1|b = 2|A = 3|", unset("default", "a"), "[default]|b = 2|"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			file, want := strings.ReplaceAll(tt.file, "|", "\n"), strings.ReplaceAll(tt.want, "|", "\n")
			got, err := Edit("config", []byte(file), false, tt.change)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, string(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestEditRefuses(t *testing.T) {
	const secret = "s3cr3t"
	tests := []struct {
		name, file string
		change     Change
		want       string // part of the error text, or @ and the whole message
	}{
		{"a line feed in the value", "", set("default", "foo", secret+"\nb"), "Invalid value for key foo: newline characters and carriage returns are not allowed."},
		{"a carriage return", "", set("default", "s3.foo", secret+"\r"), "Invalid value for key s3.foo: newline characters and carriage returns are not allowed."},
		{"a line feed in the key", "", set("default", "f\no", "b"), `Invalid key "f\no": newline characters and carriage returns are not allowed.`},
		{"a line feed in the name", "", set("a\nb", "foo", "b"), `Invalid section name "a\nb": newline characters and carriage returns are not allowed.`},
		{"Latin-1", "", set("default", "foo", secret+"\xe9"), "Invalid value for key foo: it is not UTF-8 text"},
		{"no key", "", set("default", "", "b"), `Invalid key "": it is empty`},
		{"a delimiter in the key", "", set("default", "a:b", "b"), `Invalid key "a:b": it contains = or :`},
		{"a delimiter in the nested key", "", set("default", "s3.a=b", "b"), `Invalid key "a=b": it contains =`},
		{"a key that begins a comment", "", set("default", "#a", "b"), `Invalid key "#a": it begins with #`},
		{"a nested key that begins a comment", "", set("default", "s3.;a", "b"), `Invalid key ";a": it begins with ;`},
		{"a space before the key", "", set("default", " a", "b"), `Invalid key " a": it begins or ends with white space`},
		{"a no-break space after the key", "", set("default", "a\u00a0", "b"), "Invalid key \"a\\u00a0\": it begins or ends with white space"},
		{"no name", "", set("", "a", "b"), `Invalid section name "": it is empty`},
		{"a bracket in the name", "", set("a]b", "a", "b"), `Invalid section name "a]b": it contains ]`},
		{"DEFAULT", "[DEFAULT]\na = 1\n", Change{Kind: Other, Name: "DEFAULT", Key: "a"}, "all sections inherit from [DEFAULT]"},
		{"a key of DEFAULT, removed", "[DEFAULT]\na = 1\n", Change{Kind: Other, Name: "DEFAULT", Key: "a", Remove: true}, "all sections inherit from [DEFAULT]"},
		{"a new DEFAULT", "", Change{Kind: Other, Name: "DEFAULT", Key: "a"}, `Invalid section name "DEFAULT": all sections inherit from [DEFAULT]`},
		{"a profile given as another kind", "", Change{Kind: Other, Name: "profile x", Key: "a"}, `Invalid section name "profile x": [profile x] would be a section of another kind or name`},
		{"a value for a block", "[default]\ns3 =\n  a = " + secret + "\n", set("default", "s3", "v"), "@config: line 2: [default]: key s3: has a block of nested settings, so it cannot have a value"},
		{"a nested key for a value", "[default]\ns3 = " + secret + "\n", set("default", "s3.a", "v"), "@config: line 2: [default]: key s3.a: s3 has a value, so it cannot have a block of nested settings"},
		{"a block that would hide another", "[DEFAULT]\ns3 =\n a = 1\n[default]\n", set("default", "s3.b", "v"), "the block s3 is inherited from [DEFAULT]; a block in this section would replace all of it"},
		{"a line separator in a block", "", set("default", "s3.b", "a\u2028b=c"), "contains a character that ends a line in a nested block, such as a form feed"},
		{"two settings on one line", "[default]\ns3 =\n a = 1\fb = 2\n", set("default", "s3.b", "v"), sharedLine},
		{"a section twice", "[default]\na = 1\n[default]\nb = 2\n", set("default", "a", "v"), "@config: line 3: duplicate section [default] (also on line 1); lanyard reads both as one, but the AWS CLI cannot read this file"},
		{"another key twice", "[default]\na = 1\na = 2\n", set("default", "b", "v"), "@config: line 3: duplicate key a in [default] (also on line 2); lanyard uses the last value, but the AWS CLI cannot read this file"},
		{"a byte order mark", "\ufeff[default]\na = 1\n", set("default", "a", "2"), "the file begins with a byte order mark; lanyard ignores it, but the AWS CLI cannot read this file"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Edit("config", []byte(tt.file), false, tt.change)
			var refusal *EditError
			if got != nil || !errors.As(err, &refusal) {
				t.Fatalf("%q, error %v; want an EditError", got, err)
			}
			want, whole := strings.CutPrefix(tt.want, "@")
			if refusal.Text != want && (!whole || err.Error() != want) {
				t.Errorf("%q (%v), want %q", refusal.Text, err, tt.want)
			}
			if refusal.Hint == "" {
				t.Error("the error has no hint")
			}
			if strings.Contains(err.Error(), secret) {
				t.Errorf("%q contains the value", err)
			}
		})
	}
}

func TestEditRefusesAnInvalidFile(t *testing.T) {
	var p *ParseError
	_, err := Edit("config", []byte("[default]\nregion\n"), false, set("default", "a", "b"))
	if !errors.As(err, &p) || p.Line != 2 {
		t.Errorf("error %v, want a ParseError of line 2", err)
	}
}

func TestEditCredentials(t *testing.T) {
	got, err := Edit("credentials", []byte("[a b]\naws_access_key_id = x\n"), true,
		set("a b", "aws_access_key_id", "y"), set("profile c", "k", "v"), set("d'e", "k", "v"))
	if err != nil {
		t.Fatal(err)
	}
	if want := "[a b]\naws_access_key_id = y\n[profile c]\nk = v\n[d'e]\nk = v\n"; string(got) != want {
		t.Errorf("%q, want %q", got, want)
	}
	_, err = Edit("credentials", nil, true, Change{Kind: SSOSession, Name: "x", Key: "k"})
	if err == nil {
		t.Error("a credentials file got an sso-session")
	}
}

func TestHeader(t *testing.T) {
	tests := []struct {
		kind        Kind
		name        string
		credentials bool
		want        string // empty means an error
	}{
		{Profile, "default", false, "[default]"},
		{Profile, "dev", false, "[profile dev]"},
		{Profile, "my prof", false, "[profile 'my prof']"},
		{Profile, "my prof", true, "[my prof]"},
		{SSOSession, "default", false, "[sso-session default]"},
		{SSOSession, "corp\tx", false, "[sso-session 'corp\tx']"},
		{Services, "x", false, "[services x]"},
		{Profile, "o'neil", false, `[profile "o'neil"]`},
		{Profile, `a"b`, false, `[profile 'a"b']`},
		{Profile, `a\b`, false, `[profile 'a\b']`},
		{Profile, `a'b"c\d`, false, `[profile "a'b\"c\\d"]`},
		{Profile, "a$b&c", false, "[profile a$b&c]"},
		{Profile, "開発", false, "[profile 開発]"},
		{Profile, "DEFAULT", false, "[profile DEFAULT]"},
		{Profile, "DEFAULT", true, ""},
		{Other, "plugins", false, "[plugins]"},
		{Other, "default", false, ""},
		{Other, "sso-session x", false, ""},
		{Services, "x", true, ""},
		{Profile, "", false, ""},
		{Profile, "a]", false, ""},
		{Profile, "a\rb", false, ""},
		{Profile, "\xff", false, ""},
	}
	for _, tt := range tests {
		got, err := Header(tt.kind, tt.name, tt.credentials)
		if got != tt.want || (err == nil) != (tt.want != "") {
			t.Errorf("Header(%v, %q, %v) = %q, %v; want %q", tt.kind, tt.name, tt.credentials, got, err, tt.want)
		}
	}
}
