// Package web has the emulator's pages for browsers. The pages are HTML with one stylesheet.
// Two pages have a script, which reads shortcut links.
package web

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
)

//go:embed *.html style.css shortcut.js
var files embed.FS

// A Page holds the data of all templates. Each template uses some of the fields.
type Page struct {
	Title    string
	Message  string // the error or the result
	Good     bool   // whether the result is a success
	User     string // the user who is signed in; "" if no user is signed in
	StartURL string
	CSRF     string

	Open     []string // sign-in: the users without a password
	Continue string   // sign-in: the path of the next page
	Username string   // sign-in: the name that the user entered before
	NeedCode bool     // sign-in: whether to ask for a code of an authenticator app

	Action   string // the path that receives the form
	Client   string // the name of the program that requests access
	Scopes   []Scope
	Target   string // consent: the host and port of the program; console: the destination
	UserCode string

	Query    string // portal: the search
	Accounts []Account
	Next     string // portal: the path of the next page

	Portal    string // the path of the portal
	Account   string
	Principal string
	Expires   string
	Console   string
	Snippets  []Snippet
}

// An Account is an account on the portal page.
type Account struct {
	ID, Name, Email string
	Roles           []Role
}

// A Role is a role on the portal page. Keys and Console are paths.
type Role struct{ Name, Keys, Console string }

// A Snippet is a text for the user to copy.
type Snippet struct{ Label, Text string }

// A Scope is an OAuth scope. Meaning is "" if the emulator does not know the scope.
type Scope struct{ Name, Meaning string }

// Describe returns each scope with its meaning. Without scopes, it returns the default scope.
func Describe(scopes []string) []Scope {
	meanings := map[string]string{
		"":                     "List your AWS accounts and roles, and get credentials for them",
		"sso:account:access":   "List your AWS accounts and roles, get credentials for them, and stay signed in",
		"sso-portal:*":         "List your AWS accounts and roles, and get credentials for them",
		"openid":               "See your user name",
		"aws":                  "Call AWS as you",
		"sts:identity_context": "Pass your identity to AWS services",
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

// Pages holds the parsed templates.
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
func Style() []byte { return read("style.css") }

// Script returns the script of the sign-in page and the portal page. It opens the console for a
// shortcut link.
func Script() []byte { return read("shortcut.js") }

func read(name string) []byte {
	b, err := files.ReadFile(name)
	if err != nil { // impossible: the file is embedded
		panic(err)
	}
	return b
}
