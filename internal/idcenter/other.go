package idcenter

import (
	"errors"
	"net/http"
)

// CheckEndpoint holds the custom endpoint of another AWS service to the rules of
// this one: https, or http on this machine, and no FIPS or dual-stack beside it.
// "" is the service's own endpoint.
func CheckEndpoint(endpoint string, fips, dualStack bool) error {
	switch err := checkEndpoint(endpoint); {
	case err != nil || endpoint == "":
		return err
	case fips:
		return errors.New("Invalid Configuration: FIPS and custom endpoint are not supported")
	case dualStack:
		return errors.New("Invalid Configuration: Dualstack and custom endpoint are not supported")
	}
	return nil
}

// A Doer makes the requests of another AWS service's client. What fails is a
// [ConnectError], in the AWS CLI's words.
type Doer struct{ Client *http.Client }

// Do makes one request.
func (d Doer) Do(req *http.Request) (*http.Response, error) {
	resp, fail := send(d.Client, req)
	if fail != nil {
		return nil, fail
	}
	return resp, nil
}
