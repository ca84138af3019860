package ssocache

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/lanyard-cli/lanyard/internal/secret"
)

// A Registration is this machine's client registration with the service.
type Registration struct {
	ClientID     string
	ClientSecret secret.String
	ExpiresAt    time.Time
	Scopes       []string // nil: the device-code flow, without scopes
	GrantTypes   []string // nil: registered for the device code only
	Origin       string   // the sign-in service, as in [Origin]; "" in a file of another program
}

// ParseRegistration reads the content of a registration file.
func ParseRegistration(data []byte) (Registration, error) {
	o, err := decodeObject(data)
	if err != nil {
		return Registration{}, err
	}
	for _, key := range []string{"accessToken", "refreshToken"} {
		if _, ok := o[key]; ok {
			return Registration{}, errors.New("it is a token")
		}
	}
	var r Registration
	var clientSecret string
	var errs [4]error
	r.ClientID, errs[0] = o.text("clientId")
	clientSecret, errs[1] = o.text("clientSecret")
	r.ExpiresAt, errs[2] = o.time("expiresAt")
	var origin Origin
	origin, errs[3] = o.origin()
	r.Origin = origin.SignIn
	if err := errors.Join(errs[:]...); err != nil {
		return Registration{}, err
	}
	r.ClientSecret = secret.New(clientSecret)
	for key, list := range map[string]*[]string{"scopes": &r.Scopes, "grantTypes": &r.GrantTypes} {
		if raw, ok := o[key]; ok {
			if err := json.Unmarshal(raw, list); err != nil {
				return Registration{}, errors.New(key + " is not a list of strings")
			}
		}
	}
	if r.ClientID == "" || clientSecret == "" || r.ExpiresAt.IsZero() {
		return Registration{}, errors.New("it lacks clientId, clientSecret or expiresAt")
	}
	return r, nil
}

// Encode writes the content of a registration file. The AWS CLI tells the
// kinds apart by grantTypes, so a device-code registration has none.
func (r Registration) Encode() []byte {
	o := object{}
	o.set("clientId", r.ClientID)
	o.set("clientSecret", r.ClientSecret.Reveal())
	o.set("expiresAt", FormatTime(r.ExpiresAt))
	o.set(originField, r.Origin)
	for key, list := range map[string][]string{"scopes": r.Scopes, "grantTypes": r.GrantTypes} {
		if list != nil {
			o[key] = quoteList(list)
		}
	}
	return o.encode("clientId", "clientSecret", "expiresAt", "scopes", "grantTypes")
}

// quoteList encodes a list as Python's json.dump does.
func quoteList(list []string) json.RawMessage {
	b := []byte{'['}
	for i, s := range list {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = append(b, quote(s)...)
	}
	return append(b, ']')
}
