package rules

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
)

const example = `{"Region":null,"Bucket":null,"UseFIPS":false}
booleanEquals(UseFIPS,true) "no FIPS in {Region}"
arn=aws.parseArn(Bucket)
	point=getAttr(arn,"resourceId[1]") isValidHostLabel(point,false)
		{"url":"https://{point}-{arn#accountId}.example","headers":{"x-point":["{point}"]},"properties":{"backend":"Points","authSchemes":[{"name":"sigv4","signingName":"points","signingRegion":"{arn#region}"}]}}
isSet(point) "a variable is still set"
isSet(Bucket) p=aws.partition(Region) safe=uriEncode(Bucket) {"url":"https://{p#name}.example/{safe}"}
`

// inTable returns lines as a table has them.
func inTable(lines string) string {
	return "\t" + strings.ReplaceAll(strings.TrimSuffix(lines, "\n"), "\n", "\n\t") + "\n"
}

func TestResolve(t *testing.T) {
	set, err := Parse(inTable(example))
	if err != nil {
		t.Fatal(err)
	}
	partition := func(region string) *document.Object {
		o := new(document.Object)
		o.Set("name", "part-of-"+region)
		return o
	}
	for _, tt := range []struct {
		name, bucket string
		fips         bool
		url, refusal string
	}{
		{"a name", "a b", false, "https://part-of-here.example/a%20b", ""},
		{"an ARN", "arn:aws:s3:there:111122223333:point:abc", false, "https://abc-111122223333.example", ""},
		{"an ARN without a usable part", "arn:aws:s3:there:111122223333:point:a.b", false, "https://part-of-here.example/arn%3Aaws%3As3%3Athere%3A111122223333%3Apoint%3Aa.b", ""},
		{"FIPS", "a", true, "", "no FIPS in here"},
		{"no bucket", "", false, "", "no rule applies"},
	} {
		parameters := map[string]any{"Region": "here", "UseFIPS": tt.fips, "Unknown": "x"}
		if tt.bucket != "" {
			parameters["Bucket"] = tt.bucket
		}
		e, err := set.Resolve(parameters, partition)
		var refusal Refusal
		switch {
		case tt.refusal != "":
			if !errors.As(err, &refusal) || string(refusal) != tt.refusal {
				t.Errorf("%s: %v, want %s", tt.name, err, tt.refusal)
			}
		case err != nil || e.URL != tt.url:
			t.Errorf("%s: %+v, %v, want %s", tt.name, e, err, tt.url)
		case tt.name == "an ARN":
			if e.Backend != "Points" || !slices.Equal(e.Headers, [][2]string{{"x-point", "abc"}}) || !slices.Equal(e.Schemes, []Scheme{{"sigv4", "points", "there"}}) {
				t.Errorf("%s: %+v", tt.name, e)
			}
		}
	}
	if !set.Has("Bucket") || set.Has("Key") {
		t.Error("Has does not say which parameters the rules have")
	}
}

func TestFunctions(t *testing.T) {
	set := func(s string) bool { return hostLabel(s, false) }
	for s, want := range map[string]bool{"a": true, "A-1": true, "": false, "-a": false, "a-": false, "a.b": false, "a_b": false, strings.Repeat("a", 64): false} {
		if set(s) != want {
			t.Errorf("hostLabel(%q) = %v", s, !want)
		}
	}
	for s, want := range map[string]bool{"abc": true, "ab": false, "aBc": false, "a.bc": true, "1.2.3.4": false, "1.2.3.4567": true, "a..b": false} {
		if virtualHost(s, true) != want {
			t.Errorf("virtualHost(%q) = %v", s, !want)
		}
	}
	for _, tt := range []struct {
		s          string
		start, end int
		reverse    bool
		want       any
	}{{"abcdef", 0, 2, false, "ab"}, {"abcdef", 0, 2, true, "ef"}, {"abcdef", 1, 3, true, "de"}, {"a", 0, 2, false, nil}, {"é", 0, 1, false, nil}, {"ab", 1, 1, false, nil}} {
		if got := substring(tt.s, tt.start, tt.end, tt.reverse); got != tt.want {
			t.Errorf("substring(%q, %d, %d, %v) = %v, want %v", tt.s, tt.start, tt.end, tt.reverse, got, tt.want)
		}
	}
	for s, want := range map[string]string{
		"https://h": "https h / false", "http://127.0.0.1:9000/a/../b": "http 127.0.0.1:9000 /b/ true", "http://[::1]/x": "http [::1] /x/ true",
	} {
		o, _ := parseURL(s).(*document.Object)
		isIP, _ := o.Get("isIp")
		if got := text(o, "scheme") + " " + text(o, "authority") + " " + text(o, "normalizedPath") + map[bool]string{true: " true", false: " false"}[isIP == true]; got != want {
			t.Errorf("parseURL(%s): %s, want %s", s, got, want)
		}
	}
	for _, s := range []string{"ftp://h", "https://h?a=b", "%"} {
		if got := parseURL(s); got != nil {
			t.Errorf("parseURL(%s): %v, want nil", s, got)
		}
	}
	for _, s := range []string{"", "arn:aws:s3", "arn::s3:::x", "arn:aws:s3:::", "x:aws:s3:::x"} {
		if got := parseARN(s); got != nil {
			t.Errorf("parseARN(%s): %v, want nil", s, got)
		}
	}
}

func TestMistakes(t *testing.T) {
	for _, s := range []string{"", "[]", "{", "\t\t{}x"} {
		if _, err := Parse(s); err == nil {
			t.Errorf("Parse accepts %q", s)
		}
	}
	for _, rule := range []string{`{`, `newFunction(x) "x"`, `isSet(x`, `isSet(`, `isSet("`, `isSet(a,b,c,d,e)`, `(`, `a=`, `[]`, `"x`} {
		set, err := Parse("\t{}\n\t" + rule)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := set.Resolve(nil, nil); err == nil || errors.As(err, new(Refusal)) {
			t.Errorf("the rule %s: %v, want an error that is no refusal", rule, err)
		}
	}
}

// FuzzResolve checks that no rules and no bucket crash the evaluation.
func FuzzResolve(f *testing.F) {
	f.Add(inTable(example), "arn:aws:s3:there:111122223333:point:abc")
	f.Fuzz(func(_ *testing.T, text, bucket string) {
		set, err := Parse(text)
		if err != nil {
			return
		}
		_, _ = set.Resolve(map[string]any{"Bucket": bucket, "Region": "x"}, func(string) *document.Object { return nil })
	})
}
