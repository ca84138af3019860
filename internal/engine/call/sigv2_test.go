package call

import (
	"net/url"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/internal/secret"
)

// botocore calculated the wanted signature.
func TestSignedV2(t *testing.T) {
	c := &Client{
		Credentials: Credentials{"AKIAEXAMPLE", secret.New("secret"), secret.New("to/ken")},
		Now:         func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) },
	}
	body := "Action=Select&Version=2009-04-15&SelectExpression=" + url.QueryEscape("select * from `a b` where x='~é+'")
	r, err := c.signedV2(&request{method: "POST", path: "/", body: []byte(body)}, target{base: "https://sdb.amazonaws.com"})
	if err != nil {
		t.Fatal(err)
	}
	form, err := url.ParseQuery(string(r.body))
	const want = "2UrnKm2cgmTKNR/aBv9GAj9J+X/pexooEjI+es7UrGc="
	if err != nil || form.Get("Signature") != want || form.Get("SecurityToken") != "to/ken" || form.Get("Action") != "Select" {
		t.Errorf("%s, %v, want the signature %s", r.body, err, want)
	}
	if _, err := new(Client).signedV2(&request{}, target{}); err == nil {
		t.Error("without credentials: no error")
	}
}
