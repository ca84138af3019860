// The pages of the access portal: accounts and roles, role credentials, and the console.

package emulator

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/emulator/internal/seal"
	"github.com/lanyard-cli/lanyard/emulator/web"
)

// portalPage returns the page with the user's accounts and roles.
func (e *Emulator) portalPage(c *call) response {
	v := e.visit(c)
	if v.user == "" {
		return toSignIn(c)
	}
	q := c.URL.Query()
	words := strings.Fields(strings.ToLower(q.Get("q")))
	p := web.Page{Title: "Your accounts", Query: q.Get("q")}
	all := e.dir.Load().access(v.user)
	page, more := all.search(words, q.Get("after"), portalRows)
	for _, a := range page {
		row := web.Account{ID: a.ID, Name: a.Name, Email: a.Email}
		for _, r := range a.roles {
			in := url.Values{"account_id": {a.ID}, "role_name": {r}}.Encode()
			row.Roles = append(row.Roles, web.Role{Name: r, Keys: keysPath + "?" + in, Console: consolePath + "?" + in})
		}
		p.Accounts = append(p.Accounts, row)
	}
	if more {
		p.Next = startPath + "?" + url.Values{"q": {p.Query}, "after": {page[len(page)-1].ID}}.Encode()
	}
	return e.show(c, http.StatusOK, v, "portal", p, "")
}

// portalRows is the number of accounts on a portal page.
const portalRows = 50

// search returns at most n accounts whose id comes after start and whose name, id or e-mail address
// contains all words. more reports whether there are more such accounts.
func (v *view) search(words []string, start string, n int) (found []accountAccess, more bool) {
	if len(words) == 0 {
		return v.accountsAfter(start, n)
	}
	rest, _ := v.accountsAfter(start, len(v.accounts))
	for _, a := range rest {
		text := strings.ToLower(a.Name + " " + a.ID + " " + a.Email)
		match := true
		for _, w := range words {
			match = match && strings.Contains(text, w)
		}
		switch {
		case match && len(found) == n:
			return found, true
		case match:
			found = append(found, a)
		}
	}
	return found, false
}

// keysPage returns the page with role credentials to copy.
func (e *Emulator) keysPage(c *call) response {
	v := e.visit(c)
	if v.user == "" {
		return toSignIn(c)
	}
	account, role := c.URL.Query().Get("account_id"), c.URL.Query().Get("role_name")
	creds, ok := e.roleCredentials(v.user, account, role, c.now)
	if !ok {
		return e.failurePage(c, http.StatusForbidden, "No access", "This role in this account is not assigned to you.")
	}
	const lines = "%s%s=%s\n%s%s=%s\n%s%s=%s"
	snippet := func(before, quote string, upper bool) string {
		names := []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"}
		args := []any{}
		for i, value := range []string{creds.KeyID, creds.secret, creds.token} {
			name := names[i]
			if !upper {
				name = strings.ToLower(name)
			}
			args = append(args, before, name, quote+value+quote)
		}
		return fmt.Sprintf(lines, args...)
	}
	return e.show(c, http.StatusOK, v, "keys", web.Page{
		Title: role, Account: account, Portal: startPath,
		Expires: time.Unix(creds.Expires, 0).UTC().Format("2006-01-02 15:04:05 UTC"),
		Console: consolePath + "?" + c.URL.RawQuery,
		Snippets: []web.Snippet{
			{Label: "Shell (bash, zsh)", Text: snippet("export ", `"`, true)},
			{Label: "PowerShell", Text: snippet("$Env:", `"`, true)},
			{Label: "Credentials file", Text: "[" + account + "_" + role + "]\n" + snippet("", "", false)},
		},
	}, "")
}

// toConsole redirects from an account and a role to the console, as AWS's access portal does.
func (e *Emulator) toConsole(c *call) response {
	v := e.visit(c)
	if v.user == "" {
		return toSignIn(c)
	}
	q := c.URL.Query()
	creds, ok := e.roleCredentials(v.user, q.Get("account_id"), q.Get("role_name"), c.now)
	if !ok {
		return e.failurePage(c, http.StatusForbidden, "No access", "This role in this account is not assigned to you.")
	}
	to := q.Get("destination")
	if to == "" {
		to = "https://console.aws.amazon.com/"
	}
	return redirect("/federation?" + url.Values{
		"Action": {"login"}, "Issuer": {e.config().StartURL}, "Destination": {to}, "SigninToken": {e.signinToken(creds.principal, c.now)},
	}.Encode())
}

// federation implements the endpoint that turns role credentials into a console session. Programs
// call getSigninToken, and browsers open login.
func (e *Emulator) federation(c *call) response {
	in := c.form()
	switch in.Get("Action") {
	case "getSigninToken":
		return e.getSigninToken(c, in)
	case "login":
		return e.consoleLogin(c, in)
	}
	return failText(c, &apiError{status: http.StatusBadRequest, message: "Action must be getSigninToken or login"})
}

// federationAction returns the operation of a request to the federation endpoint.
func federationAction(c *call) string {
	switch c.form().Get("Action") {
	case "getSigninToken":
		return "GetSigninToken"
	case "login":
		return "ConsoleLogin"
	}
	return ""
}

// failText returns an error of the federation endpoint.
func failText(_ *call, err *apiError) response {
	return response{err.status, http.Header{"Content-Type": {"text/plain; charset=utf-8"}, "X-Content-Type-Options": {"nosniff"}}, []byte(err.message + "\n")}
}

func (e *Emulator) getSigninToken(c *call, in url.Values) response {
	var session struct{ SessionID, SessionKey, SessionToken string }
	if err := json.Unmarshal([]byte(in.Get("Session")), &session); err != nil {
		return failText(c, &apiError{status: http.StatusBadRequest, message: "Session must be a JSON object of sessionId, sessionKey and sessionToken"})
	}
	p, err := e.holderOf(session.SessionID, session.SessionKey, session.SessionToken, c.now)
	if err == nil && session.SessionToken == "" {
		err = errors.New("the keys of an IAM user are not valid here")
	}
	if err != nil {
		return failText(c, &apiError{status: http.StatusForbidden, message: err.Error()})
	}
	if text := in.Get("SessionDuration"); text != "" {
		n, err := strconv.Atoi(text)
		switch {
		case err != nil || n < 900 || n > 43200:
			return failText(c, &apiError{status: http.StatusBadRequest, message: "SessionDuration must be 900 to 43200 seconds"})
		case p.Set == "" && !p.ByKey:
			return failText(c, &apiError{status: http.StatusBadRequest, message: "SessionDuration cannot be used with a role that another role assumed, or with GetFederationToken"})
		}
		p.Expires = c.now.Unix() + int64(n)
	}
	return jsonResponse(http.StatusOK, map[string]string{"SigninToken": e.signinToken(p, c.now)})
}

// signinTokenLife is the lifetime of a sign-in token.
const signinTokenLife = 15 * time.Minute

// A consoleSession is the content of a sign-in token.
type consoleSession struct {
	principal
	Use int64 `json:"until"` // the time until which the sign-in token is valid, in seconds since 1970
}

func (e *Emulator) signinToken(p principal, now time.Time) string {
	b, err := json.Marshal(consoleSession{p, now.Add(signinTokenLife).Unix()})
	if err != nil { // impossible: strings and numbers marshal
		panic(err)
	}
	return e.seal.Seal(seal.Console, string(b))
}

// consoleLogin handles the sign-in link. The emulator has no console. Its page shows the role
// session and the destination of the link.
func (e *Emulator) consoleLogin(c *call, query url.Values) response {
	payload, ok := e.seal.Open(seal.Console, query.Get("SigninToken"))
	var s consoleSession
	if !ok || json.Unmarshal([]byte(payload), &s) != nil || c.now.Unix() >= s.Use {
		return e.failurePage(c, http.StatusBadRequest, "The sign-in link is not valid", "Its token is wrong, or it is older than 15 minutes.")
	}
	if query.Get("Destination") == "" {
		return e.failurePage(c, http.StatusBadRequest, "The sign-in link is not valid", "The parameter Destination is missing.")
	}
	return e.show(c, http.StatusOK, e.visit(c), "console", web.Page{
		Title: "Console", Account: s.Account, Principal: s.ARN, Target: query.Get("Destination"), Portal: startPath,
		Expires: time.Unix(s.Expires, 0).UTC().Format("2006-01-02 15:04:05 UTC"),
	}, "")
}
