// Presigned requests: URLs that contain the signature of a request.

package call

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

// PresignGET returns a URL with which anybody can send the request with GET, until the given number
// of seconds has passed. Programs that use the URL must also send the headers. PresignGET sends no
// request. The URL has the same bytes as in the AWS CLI: [Client.Call] describes the errors.
//
// For operations of the query protocol, the URL contains the parameters of the operation.
func (c *Client) PresignGET(ctx context.Context, svc *model.Service, op *model.Operation, input *document.Object, seconds int64, header http.Header) (string, error) {
	t, err := c.targetIn(c.regionFor(input), svc, op, input)
	if err != nil {
		return "", err
	}
	full := prepare(svc, op, input)
	if err := validate(op, full); err != nil {
		return "", err
	}
	r, err := serialize(svc, op, full)
	if err != nil {
		return "", err
	}
	query := r.rawQuery()
	if svc.Protocol == model.Query {
		query = string(r.body)
	}
	r.method, r.body, r.query, r.header = http.MethodGet, nil, nil, header
	req, err := r.http(ctx, t)
	if err != nil {
		return "", err
	}
	creds := c.keys()
	if creds.AccessKeyID == "" {
		return "", errors.New("no credentials")
	}
	keys := aws.Credentials{AccessKeyID: creds.AccessKeyID, SecretAccessKey: creds.SecretAccessKey.Reveal(), SessionToken: creds.SessionToken.Reveal()}
	req.URL.RawQuery = strings.TrimPrefix(query+"&X-Amz-Expires="+strconv.FormatInt(seconds, 10), "&")
	hash := unsignedPayload
	if svc.Name != "s3api" {
		hash = emptyHash
	}
	signed, _, err := v4.NewSigner().PresignHTTP(ctx, keys, req, hash, cmp.Or(svc.SigningName, svc.EndpointPrefix), t.region, c.now(), func(o *v4.SignerOptions) {
		o.DisableURIPathEscaping = svc.Name == "s3api"
	})
	if err != nil {
		return "", err
	}
	return inOrder(signed, query)
}

// The hashes of bodies in presigned requests.
const (
	unsignedPayload = "UNSIGNED-PAYLOAD"
	emptyHash       = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" // SHA-256 of ""
)

// inOrder returns the URL with the parameters in the order of the AWS CLI: those of the request, and
// then those of the signature. The order does not change the signature.
func inOrder(signed, query string) (string, error) {
	u, err := url.Parse(signed)
	if err != nil {
		return "", err
	}
	values := u.Query()
	for _, name := range []string{
		"X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-SignedHeaders", "X-Amz-Security-Token", "X-Amz-Signature",
	} {
		if values.Has(name) {
			query += "&" + name + "=" + escape(values.Get(name), "")
		}
	}
	u.RawQuery = strings.TrimPrefix(query, "&")
	return u.String(), nil
}
