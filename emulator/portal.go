// The API of the access portal: accounts, roles, role credentials and sign-out.

package emulator

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/lanyard-cli/lanyard/emulator/internal/seal"
)

// portalRoute returns the route of an operation of the access portal's API. Such an operation
// needs an access token.
func (e *Emulator) portalRoute(name, method string, f func(*call, *grant) (any, *apiError)) *route {
	op := &operation{name: name, fail: failPortal}
	op.run = func(c *call) response {
		unlock := e.lock()
		g, ok := e.grantOf(c.Header.Get(bearerHeader), c.now)
		unlock()
		// AWS accepts tokens of public clients without any scope, too: the legacy tokens.
		if ok && e.dir.Load().applications[g.clientID] != nil {
			ok = slices.Contains(g.scopes, accountScope)
		}
		if !ok {
			return failPortal(c, &apiError{status: http.StatusUnauthorized, code: "UnauthorizedException", message: "Session token not found or invalid"})
		}
		v, err := f(c, g)
		if err != nil {
			return failPortal(c, err)
		}
		out := response{http.StatusOK, http.Header{}, nil}
		if v != nil {
			out = jsonResponse(http.StatusOK, v)
		}
		portalHeaders(c, out)
		return out
	}
	return &route{
		methods: map[string]*operation{method: op},
		other: func(c *call) response {
			return failPortal(c, &apiError{status: http.StatusMethodNotAllowed, code: "MethodNotAllowedException", message: "Method not allowed"})
		},
	}
}

const bearerHeader = "X-Amz-Sso_bearer_token"

// failPortal returns an error of the access portal's API.
func failPortal(c *call, err *apiError) response {
	out := jsonResponse(err.status, map[string]string{
		"message": err.message,
		"__type":  "com.amazonaws.switchboard.portal#" + err.code,
	})
	out.header.Set("X-Amzn-Errortype", err.code)
	portalHeaders(c, out)
	return out
}

// portalHeaders adds the headers of every response of the access portal's API.
func portalHeaders(c *call, out response) {
	out.header.Set("Requestid", c.id)
	out.header.Set("Access-Control-Expose-Headers", "RequestId")
	out.header.Set("Cache-Control", "no-cache")
	out.header.Set("Server", "AWS SSO")
}

// mayList reports whether the access portal accepts tokens of the grant. It accepts a grant
// without scopes, with sso:account:access, or with sso-portal:*. Tools used sso-portal:* before
// AWS published a scope.
func (g *grant) mayList() bool {
	return len(g.scopes) == 0 || slices.Contains(g.scopes, accountScope) || slices.Contains(g.scopes, "sso-portal:*")
}

func noAccess() *apiError {
	return &apiError{status: http.StatusForbidden, code: "ForbiddenException", message: "No access"}
}

func badPortalRequest(message string) *apiError {
	return &apiError{status: http.StatusBadRequest, code: "InvalidRequestException", message: message}
}

// listAccounts implements ListAccounts.
func (e *Emulator) listAccounts(c *call, g *grant) (any, *apiError) {
	if !g.mayList() {
		return nil, noAccess()
	}
	after, n, err := e.page(c)
	if err != nil {
		return nil, err
	}
	type entry struct {
		AccountID    string `json:"accountId"`
		AccountName  string `json:"accountName"`
		EmailAddress string `json:"emailAddress"`
	}
	var out struct {
		AccountList []entry `json:"accountList"`
		NextToken   string  `json:"nextToken,omitempty"`
	}
	out.AccountList = []entry{}
	page, more := e.dir.Load().access(g.user).accountsAfter(after, n)
	for _, a := range page {
		out.AccountList = append(out.AccountList, entry{a.ID, a.Name, a.Email})
	}
	if more {
		out.NextToken = e.seal.Seal(seal.Page, page[len(page)-1].ID)
	}
	return out, nil
}

// listAccountRoles implements ListAccountRoles.
func (e *Emulator) listAccountRoles(c *call, g *grant) (any, *apiError) {
	account := c.URL.Query().Get("account_id")
	if !isAccountID(account) {
		return nil, badPortalRequest("account_id must be the 12 digits of an account")
	}
	after, n, err := e.page(c)
	if err != nil {
		return nil, err
	}
	roles := e.dir.Load().access(g.user).roles(account)
	if !g.mayList() || len(roles) == 0 {
		return nil, noAccess()
	}
	type entry struct {
		RoleName  string `json:"roleName"`
		AccountID string `json:"accountId"`
	}
	var out struct {
		RoleList  []entry `json:"roleList"`
		NextToken string  `json:"nextToken,omitempty"`
	}
	out.RoleList = []entry{}
	i, found := slices.BinarySearch(roles, after)
	if found {
		i++
	}
	rest := roles[i:]
	for _, r := range rest[:min(n, len(rest))] {
		out.RoleList = append(out.RoleList, entry{r, account})
	}
	if len(rest) > n {
		out.NextToken = e.seal.Seal(seal.Page, rest[n-1])
	}
	return out, nil
}

// page returns the position and the size of a page. A next token contains the last entry of the
// previous page.
func (e *Emulator) page(c *call) (after string, n int, err *apiError) {
	q := c.URL.Query()
	n = maxPage
	if s := q.Get("max_result"); s != "" {
		var bad error
		if n, bad = strconv.Atoi(s); bad != nil || n < 1 || n > maxPage {
			return "", 0, badPortalRequest("max_result must be a number from 1 to 100")
		}
	}
	if s := q.Get("next_token"); s != "" {
		var ok bool
		if after, ok = e.seal.Open(seal.Page, s); !ok {
			return "", 0, badPortalRequest("next_token is not valid")
		}
	}
	return after, n, nil
}

// maxPage is the largest size of a page. It is also the default size.
const maxPage = 100

// getRoleCredentials implements GetRoleCredentials. The error is the same for a missing account,
// a missing role, and a role that the user does not have.
func (e *Emulator) getRoleCredentials(c *call, g *grant) (any, *apiError) {
	q := c.URL.Query()
	account, role := q.Get("account_id"), q.Get("role_name")
	if !isAccountID(account) || role == "" {
		return nil, badPortalRequest("account_id must be the 12 digits of an account, and role_name must be given")
	}
	creds, ok := e.roleCredentials(g.user, account, role, c.now)
	if !g.mayList() || !ok {
		return nil, noAccess()
	}
	return map[string]any{"roleCredentials": map[string]any{
		"accessKeyId":     creds.KeyID,
		"secretAccessKey": creds.secret,
		"sessionToken":    creds.token,
		"expiration":      creds.Expires * 1000, // in milliseconds
	}}, nil
}

// logout implements Logout. It ends the sign-in of the token, and so signs out all clients that
// share this sign-in.
func (e *Emulator) logout(_ *call, g *grant) (any, *apiError) {
	defer e.lock()()
	e.sessions.delete(g.sessionID)
	return nil, nil
}
