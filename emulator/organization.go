// The services of the JSON protocol: Organizations, sso-admin and the identity store.

package emulator

import (
	"errors"
	"net/http"

	"github.com/lanyard-cli/lanyard/emulator/internal/orgapi"
	"github.com/lanyard-cli/lanyard/emulator/internal/seal"
)

// jsonOperation returns the operation that the header X-Amz-Target names. It returns nil if the
// emulator does not have the operation.
func (e *Emulator) jsonOperation(c *call) *operation {
	op, ok := orgapi.Find(c.Header.Get("X-Amz-Target"))
	if !ok {
		return nil
	}
	return &operation{name: op.Action, fail: failUnserved, run: func(c *call) response {
		s, err := e.verify(c, op.Service, querySkew)
		if err != nil {
			return failUnserved(c, jsonSignatureError(stsError(s, err)))
		}
		if message := e.deny(s.principal, op.Action, "*"); message != "" {
			return failUnserved(c, &apiError{status: http.StatusBadRequest, code: "AccessDeniedException", message: message})
		}
		out, err := op.Run(e.dir.Load().orgapi(), orgapi.Call{
			Region: s.signature.Region, Body: c.body,
			Seal: func(text string) string { return e.seal.Seal(seal.Page, text) },
			Open: func(token string) (string, bool) { return e.seal.Open(seal.Page, token) },
		})
		var no *orgapi.Error
		if errors.As(err, &no) {
			return failUnserved(c, &apiError{status: http.StatusBadRequest, code: no.Code, message: no.Message})
		}
		answer := jsonResponse(http.StatusOK, out)
		answer.header.Set("Content-Type", "application/x-amz-json-1.1")
		return answer
	}}
}

// jsonSignatureError returns the error of the JSON protocol for STS's error for a bad signature.
// Only the code and the status differ.
func jsonSignatureError(sts *apiError) *apiError {
	no := *sts
	no.status, no.code = http.StatusBadRequest, sts.code+"Exception"
	switch sts.code {
	case "InvalidClientTokenId":
		no.code = "UnrecognizedClientException"
	case "SignatureDoesNotMatch":
		no.code = "InvalidSignatureException"
	}
	return &no
}

// organization returns the organization as the services of the JSON protocol show it.
func (d *directory) organization() *orgapi.Organization {
	data := orgapi.Data{Region: d.cfg.Region, Partition: partitionOf(d.cfg.Region), StartURL: d.cfg.StartURL}
	if len(d.cfg.Accounts) > 0 {
		data.Management = d.cfg.Accounts[0].ID
	}
	for _, a := range d.accounts {
		data.Accounts = append(data.Accounts, orgapi.Account(a))
	}
	for _, u := range d.cfg.Users {
		data.Users = append(data.Users, orgapi.User{Name: u.Name, Email: u.Email})
	}
	for _, g := range d.cfg.Groups {
		data.Groups = append(data.Groups, orgapi.Group(g))
	}
	for _, s := range d.sets {
		data.Sets = append(data.Sets, orgapi.Set{Name: s.Name, Duration: s.SessionDuration})
	}
	for _, a := range d.granted {
		data.Assignments = append(data.Assignments, orgapi.Assignment{User: a.User, Group: a.Group, Accounts: a.Accounts, Sets: a.PermissionSets})
	}
	return orgapi.New(data)
}
