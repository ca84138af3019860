package emulator

import (
	"net/http"
	"net/url"

	"github.com/lanyard-cli/lanyard/emulator/web"
)

// deviceEntry asks for the code that a device shows, or, if the address brings
// it, whether it is right. The code in the address never decides anything: whoever
// sends such a link may want somebody else's access.
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
		p.Message, status = "That did not work: "+err.Error()+".", http.StatusBadRequest
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
		Title: "Is this your device?", Client: d.name, UserCode: d.userCode, Scopes: web.Describe(d.scopes), Action: devicePath,
	}, "")
}

func (e *Emulator) deviceDone(c *call, v visit) response {
	return e.show(c, http.StatusOK, v, "done", web.Page{Title: "Access allowed", Message: "The device is signed in. You may close this page."}, "")
}

// deviceEntered handles both forms: the code alone, and the decision.
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
	return e.show(c, http.StatusOK, v, "done", web.Page{Title: "Access refused", Message: "The device gets nothing. You may close this page."}, "")
}
