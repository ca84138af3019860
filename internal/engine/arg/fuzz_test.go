package arg

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
)

func FuzzShorthand(f *testing.F) {
	for _, seed := range []string{
		"a=b", "a=b,c", "a=b,c=d", "a=[b,{c=d}],e={f=[g]}", `a="b\"c",d='e\'f'`, `a='b\`, "a=b,,c=d", `a=b,"c,d"=e`, "a @= file://x", "a=\xff,\U0001f600",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, input string) {
		s := &scanner{input: input, file: func(string) (any, error) { return nil, nil }}
		o, err := s.parameter()
		switch {
		case err == nil && (o.Len() == 0 || s.pos != len(input)):
			t.Errorf("%q: value %s, read to byte %d, want a member and the whole input", input, plain(o), s.pos)
		case err != nil && err.Error() == "":
			t.Errorf("%q: the error has no message", input)
		}
	})
}

// FuzzJSON compares the results with encoding/json, for JSON that both packages accept.
func FuzzJSON(f *testing.F) {
	for _, seed := range []string{`{"a": [1, -2.5e3, "é\u00e9\ud83d\ude00\n", null, true]}`, "[1,]", "01", "1.", `"\u12"`, "NaN", `{"a" 1}`, "[[]", `"\ud800"`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		v, err := parseJSON(text, func(*document.Object) {})
		if !json.Valid([]byte(text)) {
			return
		}
		want, wantErr := document.ParseJSON([]byte(text))
		if err != nil {
			if wantErr == nil && !errors.Is(err, errDepth) {
				t.Fatalf("%q: error %v, want none, as in encoding/json", text, err)
			}
			return
		}
		if wantErr == nil && plain(v) != plain(want) {
			t.Errorf("%q: %s, want %s", text, plain(v), plain(want))
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add("--scalars", "Text=a,Number=1", "--deep", "{}")
	f.Add("--numbers", "[1,2]", "--cli-input-yaml", "a: &x [*x]")
	f.Add("--", "help", "--data=YQ==", "-5")
	op := everything()[0]
	f.Fuzz(func(t *testing.T, a, b, c, d string) {
		in, err := Parse(op, []string{a, b, c, d}, Options{ReadFile: files, LookupEnv: home})
		if (in == nil) == (err == nil) {
			t.Errorf("Parse(%q) = %v, %v, want an input or an error", []string{a, b, c, d}, in, err)
		}
	})
}
