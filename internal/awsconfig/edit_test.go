package awsconfig

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// set is short for a change of a profile.
func set(name, key, value string) Change {
	key, sub, _ := strings.Cut(key, ".")
	return Change{Kind: Profile, Name: name, Key: key, Sub: sub, Value: value}
}

func unset(name, key string) Change {
	ch := set(name, key, "")
	ch.Remove = true
	return ch
}

// What the AWS CLI writes in the same case: see `aws configure set`. In the files
// a | stands for a line feed.
func TestEditLikeTheAWSCLI(t *testing.T) {
	tests := []struct {
		name, file string
		change     Change
		want       string
	}{
		{"a fresh file", "", set("default", "region", "us-east-1"), "[default]|region = us-east-1|"},
		{"a key in its place", "[default]|region = a|output = json|", set("default", "region", "b"), "[default]|region = b|output = json|"},
		{"a new key behind the last", "[default]|region = a||# next|[profile b]|", set("default", "foo", "bar"), "[default]|region = a|foo = bar||# next|[profile b]|"},
		{"behind the header of an empty section", "[default]|# c||[profile b]|", set("default", "foo", "bar"), "[default]|foo = bar|# c||[profile b]|"},
		{"an empty value", "[default]|region = a|", set("default", "foo", ""), "[default]|region = a|foo = |"},
		{"a new section", "[default]|region = a|", set("zz", "zzz", "1"), "[default]|region = a|[profile zz]|zzz = 1|"},
		{"a new section behind a line without end", "[default]|region = a", set("zz", "zzz", "1"), "[default]|region = a|[profile zz]|zzz = 1|"},
		{"a key behind a line without end", "[default]|region = a", set("default", "zzz", "1"), "[default]|region = a|zzz = 1|"},
		{"a name with a space", "", set("new prof", "output", "json"), "[profile 'new prof']|output = json|"},
		{"a new block", "[profile a]|output = json|", set("a", "emr.role", "x"), "[profile a]|output = json|emr =|    role = x|"},
		{"a block's new key", "[default]|s3 =|    a = 1||output = json|", set("default", "s3.b", "2"), "[default]|s3 =|    a = 1|    b = 2||output = json|"},
		{"a block's key", "[default]|s3 =|    a = 1|    b = 2|", set("default", "s3.a", "3"), "[default]|s3 =|    a = 3|    b = 2|"},
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

// Where it differs from the AWS CLI, or where that leaves room.
func TestEdit(t *testing.T) {
	tests := []struct {
		name, file string
		change     Change
		want       string
	}{
		{"the key as it is spelled", "[default]|Region = a|", set("default", "region", "b"), "[default]|Region = b|"},
		{"a colon, no space, trailing space", "[default]|region:a  |", set("default", "region", "b"), "[default]|region:b  |"},
		{"a tab on both sides", "[default]|\tregion\t=\ta|", set("default", "REGION", "b"), "[default]|\tregion\t=\tb|"},
		{"nothing behind the delimiter", "[default]|region =|", set("default", "region", "b"), "[default]|region = b|"},
		{"nothing around it", "[default]|region=|", set("default", "region", "b"), "[default]|region=b|"},
		{"a space behind it", "[default]|region= |", set("default", "region", "b"), "[default]|region= b|"},
		{"to nothing", "[default]|region = a|", set("default", "region", " "), "[default]|region = |"},
		{"the same value", "[default]|region =   a|", set("default", "Region", "a"), "[default]|region =   a|"},
		{"a value of many lines", "[default]|a = 1|  2||  # c|  3||b = 4|", set("default", "a", "x"), "[default]|a = x|  # c||b = 4|"},
		{"behind a value of many lines", "[default]|a = 1|  2||  # c|  3|# d", set("default", "b", "x"), "[default]|a = 1|  2||  # c|  3|b = x|# d"},
		{"a header with quotes", "[profile \"my prof\"] # mine|a = 1|", set("my prof", "a", "2"), "[profile \"my prof\"] # mine|a = 2|"},
		{"inner space", "[profile\t dev ]|a = 1|", set("dev", "b", "2"), "[profile\t dev ]|a = 1|b = 2|"},
		{"the last spelling", "[default]|a = 1|[profile default]|a = 2|", set("default", "a", "3"), "[default]|a = 1|[profile default]|a = 3|"},
		{"an indented section", "[default]|  a = 1|  [profile b]|  c = d|", set("default", "b", "2"), "[default]|  a = 1|  b = 2|  [profile b]|  c = d|"},
		{"an empty one before an indented header", "[default]|  [profile b]|  c = d|", set("default", "b", "2"), "[default]|  b = 2|  [profile b]|  c = d|"},
		{"CRLF", "[default]\r|a = 1\r|", set("default", "b", "2"), "[default]\r|a = 1\r|b = 2\r|"},
		{"CRLF at the end", "[default]\r|a = 1", set("b", "b", "2"), "[default]\r|a = 1\r|[profile b]\r|b = 2\r|"},
		{"lone CR", "[default]\ra = 1\r", set("default", "b", "2"), "[default]\ra = 1\rb = 2\r"},
		{"the neighbour's line ending", "[default]\r|a = 1|[profile b]\r|", set("default", "b", "2"), "[default]\r|a = 1|b = 2|[profile b]\r|"},
		{"a block's own indentation", "[default]|s3 =|\ta = 1|\t# c|b = 2|", set("default", "s3.c", "2"), "[default]|s3 =|\ta = 1|\tc = 2|\t# c|b = 2|"},
		{"a block without lines", "[default]|  s3 =|# c|", set("default", "s3.c", "2"), "[default]|  s3 =|      c = 2|# c|"},
		{"the last of a block", "[default]|s3 =|  # c|  a = 1|b = 2|", unset("default", "s3.a"), "[default]|  # c|b = 2|"},
		{"one of a block", "[default]|s3 =|  a = 1||  b = 2|", unset("default", "s3.a"), "[default]|s3 =||  b = 2|"},
		{"twice in a block, set", "[default]|s3 =|  a = 1|  a = 2|", set("default", "s3.a", "3"), "[default]|s3 =|  a = 1|  a = 3|"},
		{"twice in a block, removed", "[default]|s3 =|  a = 1|  b = 1|  a = 2|", unset("default", "s3.a"), "[default]|s3 =|  b = 1|"},
		{"case counts in a block", "[default]|s3 =|  A = 1|", unset("default", "s3.a"), "[default]|s3 =|  A = 1|"},
		{"a whole block", "[default]|s3 =|  a = 1||  b = 2||c = 3|", unset("default", "S3"), "[default]||c = 3|"},
		{"inherited, set", "[DEFAULT]|a = 1|[default]|", set("default", "a", "2"), "[DEFAULT]|a = 1|[default]|a = 2|"},
		{"inherited, removed", "[DEFAULT]|a = 1|[default]|", unset("default", "a"), "[DEFAULT]|a = 1|[default]|"},
		{"removal of nothing", "[default]|a = 1", unset("default", "b"), "[default]|a = 1"},
		{"removal in no section", "[default]|a = 1", unset("b", "b"), "[default]|a = 1"},
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
		want       string // the text of the error; with an @ the whole message
	}{
		{"a line feed in the value", "", set("default", "foo", secret+"\nb"), "Invalid value for key foo: newline characters and carriage returns are not allowed."},
		{"a carriage return", "", set("default", "s3.foo", secret+"\r"), "Invalid value for key s3.foo: newline characters and carriage returns are not allowed."},
		{"one in the key", "", set("default", "f\no", "b"), `Invalid key "f\no": newline characters and carriage returns are not allowed.`},
		{"one in the name", "", set("a\nb", "foo", "b"), `Invalid section name "a\nb": newline characters and carriage returns are not allowed.`},
		{"Latin-1", "", set("default", "foo", secret+"\xe9"), "Invalid value for key foo: it is not UTF-8 text"},
		{"no key", "", set("default", "", "b"), `Invalid key "": it is empty`},
		{"a delimiter in the key", "", set("default", "a:b", "b"), `Invalid key "a:b": it contains = or :`},
		{"a delimiter in the nested key", "", set("default", "s3.a=b", "b"), `Invalid key "a=b": it contains =`},
		{"a comment for a key", "", set("default", "#a", "b"), `Invalid key "#a": it begins with #`},
		{"a comment for a nested key", "", set("default", "s3.;a", "b"), `Invalid key ";a": it begins with ;`},
		{"a space before the key", "", set("default", " a", "b"), `Invalid key " a": there is white space around it`},
		{"a no-break space behind it", "", set("default", "a\u00a0", "b"), "Invalid key \"a\\u00a0\": there is white space around it"},
		{"no name", "", set("", "a", "b"), `Invalid section name "": it is empty`},
		{"a bracket in the name", "", set("a]b", "a", "b"), `Invalid section name "a]b": it contains ]`},
		{"DEFAULT", "[DEFAULT]\na = 1\n", Change{Kind: Other, Name: "DEFAULT", Key: "a"}, "all sections inherit from [DEFAULT]"},
		{"what stands in DEFAULT", "[DEFAULT]\na = 1\n", Change{Kind: Other, Name: "DEFAULT", Key: "a", Remove: true}, "all sections inherit from [DEFAULT]"},
		{"a new DEFAULT", "", Change{Kind: Other, Name: "DEFAULT", Key: "a"}, `Invalid section name "DEFAULT": all sections inherit from [DEFAULT]`},
		{"a profile among the others", "", Change{Kind: Other, Name: "profile x", Key: "a"}, `Invalid section name "profile x": a section [profile x] has another meaning`},
		{"a value where a block is", "[default]\ns3 =\n  a = " + secret + "\n", set("default", "s3", "v"), "@config: line 2: [default]: key s3: it has a block of settings one level down, and cannot have a value too"},
		{"a block where a value is", "[default]\ns3 = " + secret + "\n", set("default", "s3.a", "v"), "@config: line 2: [default]: key s3.a: s3 has a value, and cannot have a block of settings too"},
		{"a block that would hide another", "[DEFAULT]\ns3 =\n a = 1\n[default]\n", set("default", "s3.b", "v"), "the block s3 is inherited from [DEFAULT], and one here would replace all of it"},
		{"a line separator in a block", "", set("default", "s3.b", "a\u2028b=c"), "a form feed, a line separator or the like ends a line within a nested block"},
		{"two settings on one line", "[default]\ns3 =\n a = 1\fb = 2\n", set("default", "s3.b", "v"), sharedLine},
		{"a section twice", "[default]\na = 1\n[default]\nb = 2\n", set("default", "a", "v"), "@config: line 3: section [default] stands here and on line 1; read as one section here, but the AWS CLI cannot read this file"},
		{"another key twice", "[default]\na = 1\na = 2\n", set("default", "b", "v"), "@config: line 3: key a of [default] stands here and on line 2; the last value counts here, but the AWS CLI cannot read this file"},
		{"a byte order mark", "\ufeff[default]\na = 1\n", set("default", "a", "2"), "the file begins with a UTF-8 byte order mark; read past it here, but the AWS CLI cannot read this file"},
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
			if refusal.Mend == "" {
				t.Error("nothing says what to do about it")
			}
			if strings.Contains(err.Error(), secret) {
				t.Errorf("%q repeats the value", err)
			}
		})
	}
}

func TestEditDoesNotReadWhatCannotBeRead(t *testing.T) {
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
