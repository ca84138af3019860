package signin

import (
	"github.com/lanyard-cli/lanyard/internal/idcenter"
	"github.com/lanyard-cli/lanyard/internal/keystore"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// registrations keeps the client registration where the AWS CLI does.
type registrations struct {
	dir     keystore.Files
	session string // its key, which says in which store it is kept
	name    string

	endpoint ssocache.Endpoint // the sign-in service, which takes only what it issued
}

func (r *registrations) Load() (idcenter.Registration, bool) {
	reg, err := r.dir.LoadRegistration(r.name)
	return idcenter.Registration{
		ClientID: reg.ClientID, ClientSecret: reg.ClientSecret, ExpiresAt: reg.ExpiresAt,
		Scopes: reg.Scopes, GrantTypes: reg.GrantTypes,
	}, err == nil && r.endpoint.Takes(reg.Origin)
}

func (r *registrations) Save(reg idcenter.Registration) error {
	return r.dir.SaveRegistration(r.session, r.name, ssocache.Registration{
		ClientID: reg.ClientID, ClientSecret: reg.ClientSecret, ExpiresAt: reg.ExpiresAt,
		Scopes: reg.Scopes, GrantTypes: reg.GrantTypes, Origin: r.endpoint.Origin,
	})
}

func (r *registrations) Drop(clientID string) error { return r.dir.DropRegistration(clientID) }
