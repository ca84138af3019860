// Package web holds the pages that a person meets at the emulator's sign-in.
// They are plain HTML with one stylesheet and need no script.
package web

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
)

//go:embed *.html style.css
var files embed.FS

// A Page is what the templates may show. Each uses the fields it needs.
type Page struct {
	Title    string
	Message  string // what went wrong, or how it ended
	User     string // who is signed in; "" means nobody
	StartURL string
	CSRF     string

	Open     []string // sign-in: users who need no password
	Continue string   // sign-in: where to go next
	Username string   // sign-in: what was typed before
	NeedCode bool     // sign-in: ask for the authenticator's code

	Action   string // where the form goes
	Client   string // name of the program that asks
	Scopes   []Scope
	Target   string // where the answer goes, or the console's page
	UserCode string

	Query    string // portal: what was searched for
	Accounts []Account
	Next     string // portal: the next page

	Portal    string // the way back to it
	Account   string
	Principal string
	Expires   string
	Console   string
	Snippets  []Snippet
}

// An Account is a row of the access portal.
type Account struct {
	ID, Name, Email string
	Roles           []Role
}

// A Role is a role with the addresses of its credentials and its console.
type Role struct{ Name, Keys, Console string }

// A Snippet is a text to copy.
type Snippet struct{ Label, Text string }

// A Scope is a thing that a program asks for, in its own words and in ours.
type Scope struct{ Name, Meaning string }

// Describe says in words what the scopes allow.
func Describe(scopes []string) []Scope {
	meanings := map[string]string{
		"":                     "List your AWS accounts and roles, and use them",
		"sso:account:access":   "List your AWS accounts and roles, use them, and stay signed in",
		"sso-portal:*":         "List your AWS accounts and roles, and use them",
		"openid":               "Learn your user name",
		"aws":                  "Call AWS in your name",
		"sts:identity_context": "Pass your identity on to AWS services",
	}
	if len(scopes) == 0 {
		scopes = []string{""}
	}
	out := make([]Scope, len(scopes))
	for i, s := range scopes {
		out[i] = Scope{s, meanings[s]}
	}
	return out
}

// Pages are the parsed templates.
type Pages struct{ byName map[string]*template.Template }

// New parses the templates.
func New() (*Pages, error) {
	p := &Pages{map[string]*template.Template{}}
	for _, name := range []string{"signin", "consent", "device", "confirm", "done", "failure", "portal", "keys", "console"} {
		t, err := template.ParseFS(files, "layout.html", name+".html")
		if err != nil {
			return nil, fmt.Errorf("page %s: %w", name, err)
		}
		p.byName[name] = t
	}
	return p, nil
}

// Render returns the named page.
func (p *Pages) Render(name string, page any) ([]byte, error) {
	t := p.byName[name]
	if t == nil {
		return nil, fmt.Errorf("no page %q", name)
	}
	var b bytes.Buffer
	err := t.ExecuteTemplate(&b, "layout.html", page)
	return b.Bytes(), err
}

// Style returns the stylesheet.
func Style() []byte {
	b, err := files.ReadFile("style.css")
	if err != nil { // it is embedded
		panic(err)
	}
	return b
}
