package profilesync

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"text/template"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/lanyard-cli/lanyard/internal/terminal"
)

// DefaultName is the template of the names without a rule. The names have only letters, digits,
// dashes and underscores of ASCII, so that every program can read the config. Python on Windows,
// for example, cannot read a config with Japanese names if its encoding is not UTF-8.
const DefaultName = `{{slug .AccountName}}-{{slug .Role}}`

// fields is the data of a template.
type fields struct {
	AccountName string // the account's ID if the account's name is blank
	AccountID   string
	Email       string
	Role        string
	Session     string // the name of the [sso-session]
}

// A namer executes templates for one role at a time. Its functions are slug, lower, replace and
// short.
type namer struct {
	fields fields
	out    limited
}

// A limited is a buffer for the result of a template. A longer result is an error, because a template
// can have a loop.
type limited struct{ bytes.Buffer }

// maxResult is the longest result of a template, in bytes.
const maxResult = 4 << 10

func (l *limited) Write(p []byte) (int, error) {
	if l.Len()+len(p) > maxResult {
		return 0, fmt.Errorf("the result has more than %d bytes", maxResult)
	}
	return l.Buffer.Write(p)
}

// fieldNames lists the fields of a template, for messages.
const fieldNames = ".AccountName, .AccountID, .Email, .Role and .Session"

// use sets the role for the next templates.
func (n *namer) use(e *Entry, session string) {
	n.fields = fields{e.AccountName, e.AccountID, e.Email, e.Role, session}
	if strings.TrimSpace(e.AccountName) == "" {
		n.fields.AccountName = e.AccountID
	}
}

// parse parses a template. It also executes the template once, so that a misspelled field is an
// error even if no role needs the template.
func (n *namer) parse(text string) (*template.Template, error) {
	t, err := template.New("").Option("missingkey=error").Funcs(template.FuncMap{
		"slug": n.slug, "lower": strings.ToLower, "replace": replace, "short": short,
	}).Parse(text)
	if err != nil {
		return nil, &TemplateError{text, explain(err)}
	}
	n.use(&Entry{AccountID: "111122223333", AccountName: "Example", Email: "aws@example.com", Role: "ReadOnly"}, "corp")
	if _, err := n.execute(t, text); err != nil {
		return nil, err
	}
	return t, nil
}

// execute returns the result of a template for the role in use.
func (n *namer) execute(t *template.Template, text string) (string, error) {
	n.out.Reset()
	if err := t.Execute(&n.out, n.fields); err != nil {
		return "", &TemplateError{text, explain(err)}
	}
	return n.out.String(), nil
}

// slug returns the text in lower case, with only the letters a to z, digits and underscores. One dash
// replaces each run of other characters. slug removes accents, and dashes at both ends. If nothing is
// left, it returns the ID of the account.
func (n *namer) slug(text string) string {
	if s := slug(text); s != "" {
		return s
	}
	return n.fields.AccountID
}

func slug(text string) string {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			text = norm.NFKD.String(text)
			break
		}
	}
	b := make([]byte, 0, len(text))
	dash := false
	for _, r := range text {
		if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		switch {
		case 'a' <= r && r <= 'z', '0' <= r && r <= '9', r == '_':
			if dash && len(b) > 0 {
				b = append(b, '-')
			}
			b, dash = append(b, byte(r)), false
		case unicode.Is(unicode.Mn, r): // an accent after its letter
		default:
			dash = true
		}
	}
	return string(b)
}

// replace replaces a text with another text. The text to change comes last, so that replace works
// in a pipeline.
func replace(old, with, text string) string { return strings.ReplaceAll(text, old, with) }

// short returns the first n characters, without dashes, underscores and blanks at the end.
func short(n int, text string) (string, error) {
	if n < 1 {
		return "", fmt.Errorf("short %d: the length must be at least 1", n)
	}
	for i := range text {
		if n--; n < 0 {
			text = text[:i]
			break
		}
	}
	return strings.TrimRight(text, "-_ "), nil
}

// clean returns a name that a section header can hold and that a command line does not take for a
// flag. It replaces characters that control a terminal, invalid UTF-8 and brackets with dashes, and removes dashes
// at the start and white space at both ends.
func clean(name string) string {
	if !utf8.ValidString(name) {
		name = strings.ToValidUTF8(name, "-")
	}
	name = strings.Map(func(r rune) rune {
		if r == ']' || r == '[' || terminal.Active(r) {
			return '-'
		}
		return r
	}, name)
	return strings.TrimFunc(strings.TrimLeftFunc(name, func(r rune) bool { return r == '-' || unicode.IsSpace(r) }), unicode.IsSpace)
}

// A TemplateError reports an invalid template.
type TemplateError struct {
	Template string
	Why      string
}

func (e *TemplateError) Error() string { return "template " + e.Template + ": " + e.Why }

var (
	noField    = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`can't evaluate field (\S+) in type`) })
	noFunction = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`function "(.*)" not defined`) })
	position   = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^template: :\d+(:\d+)?: (executing "" at <.*?>: )?`) })
)

// explain returns the text of an error of package template in plain words.
func explain(err error) string {
	text := err.Error()
	if m := noField().FindStringSubmatch(text); m != nil {
		return "no field ." + m[1] + "; the fields are " + fieldNames
	}
	if m := noFunction().FindStringSubmatch(text); m != nil {
		return "no function " + m[1] + "; the functions are slug, lower, replace and short"
	}
	return position().ReplaceAllString(text, "")
}
