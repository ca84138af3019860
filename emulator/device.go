// The sign-in with a device code (RFC 8628): StartDeviceAuthorization, the pages where the user
// enters the code, and the polls of the client.

package emulator

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/emulator/internal/seal"
	"github.com/lanyard-cli/lanyard/emulator/web"
)

// A device is a client that waits until a user enters its code in a browser (RFC 8628).
type device struct {
	id       string
	clientID string
	name     string // the name of the client
	userCode string
	scopes   []string
	expires  time.Time
	polls    bucket

	decided   bool
	sessionID string // "" in a decided device means denied
}

const (
	maxDevices     = 20_000
	deviceInterval = 1 // seconds between polls
	// userCodeLetters has no vowels, so that no code is a word.
	userCodeLetters = "BCDFGHJKLMNPQRSTVWXZ"
)

// startDeviceAuthorization implements StartDeviceAuthorization.
func (e *Emulator) startDeviceAuthorization(c *call) (any, *apiError) {
	var in struct{ ClientID, ClientSecret, StartURL string }
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if in.ClientID == "" || in.ClientSecret == "" || in.StartURL == "" {
		return nil, invalidRequest("clientId, clientSecret and startUrl are required")
	}
	defer e.lock()()
	cl, err := e.client(in.ClientID, in.ClientSecret, c.now)
	switch {
	case err != nil:
		return nil, err
	case !cl.allowsGrant(grantDevice):
		return nil, oidcError("UnauthorizedClientException", "unauthorized_client", "The client is not registered for the device grant")
	case !e.isStartURL(c, in.StartURL):
		return nil, invalidRequest("startUrl is not the start URL of this instance")
	case e.devices.len() >= maxDevices:
		return nil, slowDown()
	}
	d := &device{
		id: e.random.Bytes(16), clientID: cl.id, name: cl.name, userCode: e.newUserCode(), scopes: cl.scopes,
		expires: c.now.Add(e.config().DeviceCodeLifetime), polls: bucket{left: 2, at: c.now},
	}
	e.devices.put(d.id, d, d.expires)
	e.byCode[d.userCode] = d.id
	page := cmp.Or(strings.TrimSuffix(e.config().PublicURL, "/"), baseURL(c)) + devicePath
	return map[string]any{
		"deviceCode":              e.seal.Seal(seal.Device, d.id),
		"userCode":                d.userCode,
		"verificationUri":         page,
		"verificationUriComplete": page + "?user_code=" + url.QueryEscape(d.userCode),
		"expiresIn":               int(e.config().DeviceCodeLifetime / time.Second),
		"interval":                deviceInterval,
	}, nil
}

// newUserCode returns an unused code. The caller holds e.mu.
func (e *Emulator) newUserCode() string {
	for {
		s := e.random.Pick(8, userCodeLetters)
		s = s[:4] + "-" + s[4:]
		if _, taken := e.byCode[s]; !taken {
			return s
		}
	}
}

// deviceEnded removes the user code of a device that has left the store.
func (e *Emulator) deviceEnded(d *device) { delete(e.byCode, d.userCode) }

// deviceGrant returns the grant for a poll of the client. The caller holds e.mu.
func (e *Emulator) deviceGrant(cl *client, code string, now time.Time) (*grant, *apiError) {
	id, ok := e.seal.Open(seal.Device, code)
	if !ok {
		return nil, invalidGrant("The device code is not valid")
	}
	d, ok := e.devices.get(id, now)
	if !ok {
		return nil, oidcError("ExpiredTokenException", "expired_token", "The device code has expired or was used")
	}
	switch {
	case d.clientID != cl.id:
		return nil, invalidGrant("The device code was issued to another client")
	case !d.decided && d.tooFast(now):
		return nil, slowDown()
	case !d.decided:
		return nil, oidcError("AuthorizationPendingException", "authorization_pending", "The user has not decided yet")
	}
	e.devices.delete(id) // a code works once
	if d.sessionID == "" {
		return nil, oidcError("AccessDeniedException", "access_denied", "The user denied the request")
	}
	s, ok := e.sessions.get(d.sessionID, now)
	if !ok {
		return nil, invalidGrant("The sign-in that approved the device has ended")
	}
	return e.newGrant(s, cl.id, d.scopes), nil
}

// tooFast reports whether the client polls faster than its interval. It allows two polls in a
// row, because the AWS CLI sends two at the start.
func (d *device) tooFast(now time.Time) bool {
	return !d.polls.take(2, 1.0/deviceInterval, now)
}

// Approve signs the user in and approves the device with the code, without the pages.
func (e *Emulator) Approve(userCode, user string) error {
	if _, ok := e.dir.Load().users[user]; !ok {
		return fmt.Errorf("approve %s: no user %q", userCode, user)
	}
	return e.decide(userCode, func(d *device) { d.sessionID = e.newSession(user, e.Now()).id })
}

// Deny denies the request of the device with the code.
func (e *Emulator) Deny(userCode string) error {
	return e.decide(userCode, func(*device) {})
}

func (e *Emulator) decide(userCode string, how func(*device)) error {
	defer e.lock()()
	d, err := e.deviceByCode(userCode, e.Now())
	if err != nil {
		return fmt.Errorf("device code %q: %w", userCode, err)
	}
	d.decided = true
	how(d)
	return nil
}

// deviceByCode returns the undecided device with the code, in any spelling. The caller holds
// e.mu.
func (e *Emulator) deviceByCode(typed string, now time.Time) (*device, error) {
	s := strings.ToUpper(strings.NewReplacer("-", "", " ", "").Replace(typed))
	if len(s) != 8 {
		return nil, errors.New("it must have eight letters")
	}
	d, ok := e.devices.get(e.byCode[s[:4]+"-"+s[4:]], now)
	if !ok || d.decided {
		return nil, errors.New("it is wrong, has expired, or was already used")
	}
	return d, nil
}

// deviceEntry asks for the code. If the URL contains the code, deviceEntry asks the user to
// confirm the code. A code in the URL is not an approval, because the sender of the link may want
// to get the credentials of the reader.
func (e *Emulator) deviceEntry(c *call) response {
	typed := c.URL.Query().Get("user_code")
	if e.config().AutoApprove != "" && typed != "" {
		if err := e.Approve(typed, e.config().AutoApprove); err != nil {
			return e.deviceForm(c, visit{}, typed, err)
		}
		return e.deviceDone(c, e.visit(c))
	}
	v := e.visit(c)
	switch {
	case v.user == "":
		return toSignIn(c)
	case typed == "":
		return e.deviceForm(c, v, "", nil)
	}
	return e.deviceConfirm(c, v, typed)
}

func (e *Emulator) deviceForm(c *call, v visit, typed string, err error) response {
	p := web.Page{Title: "Enter the code", UserCode: typed, Action: devicePath}
	status := http.StatusOK
	if err != nil {
		p.Message, status = "The code was not accepted: "+err.Error()+".", http.StatusBadRequest
	}
	if v.cookie == "" {
		v = e.visit(c)
	}
	return e.show(c, status, v, "device", p, "")
}

func (e *Emulator) deviceConfirm(c *call, v visit, typed string) response {
	unlock := e.lock()
	d, err := e.deviceByCode(typed, c.now)
	unlock()
	if err != nil {
		return e.deviceForm(c, v, typed, err)
	}
	return e.show(c, http.StatusOK, v, "confirm", web.Page{
		Title: "Confirm the code", Client: d.name, UserCode: d.userCode, Scopes: web.Describe(d.scopes), Action: devicePath,
	}, "")
}

func (e *Emulator) deviceDone(c *call, v visit) response {
	return e.show(c, http.StatusOK, v, "done", web.Page{Title: "Access allowed", Good: true, Message: "Your device is signed in. You can close this tab and return to your terminal."}, "")
}

// deviceEntered handles the form with the code and the form with the decision.
func (e *Emulator) deviceEntered(c *call, v visit, in url.Values) response {
	typed, decision := in.Get("user_code"), in.Get("decision")
	switch {
	case v.user == "":
		return redirect(signInPath + "?continue=" + url.QueryEscape(devicePath+"?user_code="+url.QueryEscape(typed)))
	case decision == "":
		return e.deviceConfirm(c, v, typed)
	}
	err := e.decide(typed, func(d *device) {
		if decision == "allow" {
			d.sessionID = v.id
		}
	})
	switch {
	case err != nil:
		return e.deviceForm(c, v, typed, err)
	case decision == "allow":
		return e.deviceDone(c, v)
	}
	return e.show(c, http.StatusOK, v, "done", web.Page{Title: "Access denied", Message: "Your device is not signed in. You can close this tab and return to your terminal."}, "")
}
