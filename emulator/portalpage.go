package emulator

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/emulator/web"
)

// portalRows is how many accounts the access portal shows at once.
const portalRows = 50

// portalPage shows the person's accounts and roles.
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

// search returns at most n accounts after id whose name, id or e-mail holds all
// the words, and whether there are more.
func (v *view) search(words []string, after string, n int) (found []accountAccess, more bool) {
	if len(words) == 0 {
		return v.after(after, n)
	}
	rest, _ := v.after(after, len(v.accounts))
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

// keysPage shows credentials of a role, ready to be copied.
func (e *Emulator) keysPage(c *call) response {
	v := e.visit(c)
	if v.user == "" {
		return toSignIn(c)
	}
	account, role := c.URL.Query().Get("account_id"), c.URL.Query().Get("role_name")
	creds, ok := e.roleCredentials(v.user, account, role, c.now)
	if !ok {
		return e.failurePage(c, http.StatusForbidden, "No access", "You have no such role in this account.")
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

// signOut handles the button of that name.
func (e *Emulator) signOut(c *call, v visit, _ url.Values) response {
	unlock := e.lock()
	e.sessions.delete(v.id)
	unlock()
	return redirect(startPath)
}
