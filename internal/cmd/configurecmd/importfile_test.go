package configurecmd

import (
	"maps"
	"strings"
	"testing"
)

func TestParseDotenv(t *testing.T) {
	for _, c := range []struct {
		content string
		want    string // NAME=VALUE, separated by |
	}{
		{"", ""},
		{"AWS_REGION=eu-west-1", "AWS_REGION=eu-west-1"},
		{"export AWS_REGION=eu-west-1\n", "AWS_REGION=eu-west-1"},
		{"\ufeffAWS_REGION = eu-west-1 \r\nAWS_PROFILE=x\r\n", "AWS_PROFILE=x|AWS_REGION=eu-west-1"},
		{"AWS_REGION=eu # ours\nAWS_PROFILE=a#b\n# AWS_PROFILE=c\n", "AWS_PROFILE=a#b|AWS_REGION=eu"},
		{`AWS_PROFILE="a b" # ours` + "\n" + `AWS_REGION='it"s'`, `AWS_PROFILE=a b|AWS_REGION=it"s`},
		{`AWS_PROFILE="a\"b\\c\$d\ne\x"`, "AWS_PROFILE=a\"b\\c$d\ne\\x"},
		{`AWS_PROFILE='a\nb'`, `AWS_PROFILE=a\nb`},
		{"AWS_SECRET_ACCESS_KEY=a+b/c==\n", "AWS_SECRET_ACCESS_KEY=a+b/c=="},
		{"AWS_PROFILE=a\nAWS_PROFILE=b\n", "AWS_PROFILE=b"},
		{"AWS_PROFILE=\nAWS_REGION=\"\"", "AWS_PROFILE=|AWS_REGION="},
		{"OTHER=\"two\nAWS_REGION=hidden\nlines\"\nAWS_PROFILE=b\n", "AWS_PROFILE=b"},
		{"OTHER=\"open\nAWS_PROFILE=b\n", "AWS_PROFILE=b"},
		{"no equals sign\n\n=x\nAWS_PROFILE=b", "AWS_PROFILE=b"},
		{"exported=1\nAWS_PROFILE='b'", "AWS_PROFILE=b"},
		{"AWS_PROFILE=\"open\nAWS_REGION=x", "error: line 1: AWS_PROFILE: the closing quote is missing"},
		{"A=1\n\nAWS_PROFILE='a'b", "error: line 3: AWS_PROFILE: text follows the closing quote"},
		{"A='1\n2'\nAWS_PROFILE='a'b", "error: line 3: AWS_PROFILE: text follows the closing quote"},
	} {
		values, err := parseDotenv(c.content)
		if err != nil {
			if got := "error: " + err.Error(); got != c.want {
				t.Errorf("%q: %s, want %q", c.content, got, c.want)
			}
			continue
		}
		want := map[string]string{}
		if c.want != "" {
			for _, pair := range strings.Split(c.want, "|") {
				name, value, _ := strings.Cut(pair, "=")
				want[name] = value
			}
		}
		if !maps.Equal(values, want) {
			t.Errorf("%q: %q, want %q", c.content, values, want)
		}
	}
}

func FuzzParseDotenv(f *testing.F) {
	f.Add("export AWS_PROFILE=\"a\\\nb\" # c\r\nAWS_REGION='x'\n")
	f.Add("A=\"\n'=\n")
	f.Fuzz(func(t *testing.T, s string) {
		values, err := parseDotenv(s)
		for name := range values {
			if !strings.HasPrefix(name, "AWS_") {
				t.Errorf("%q: the variable %q", s, name)
			}
		}
		if err != nil && values != nil {
			t.Errorf("%q: values and error %v", s, err)
		}
	})
}
